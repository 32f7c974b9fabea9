#include "quantizer/run/dry_run.hpp"

#include <algorithm>
#include <utility>

#include "graph/io/files/sha256.hpp"
#include "ops/core/clock.hpp"
#include "ops/schema/infer_shape.hpp"
#include "quantizer/evaluate/tensor_reference.hpp"
#include "quantizer/measure/layer_costs.hpp"
#include "quantizer/measure/peak_memory.hpp"
#include "quantizer/run/known_trials.hpp"
#include "quantizer/run/quantize.hpp"
#include "quantizer/run/rehearsal.hpp"
#include "quantizer/run/trial_sweeps.hpp"
#include "quantizer/search/space/layer_specs.hpp"
#include "quantizer/verify/fp32_model.hpp"

namespace caloquant {
namespace {

/// Rows of features of both sides of the final comparison, per event (README of the quantizer).
constexpr double report_bytes_per_event = 2 * 1300.0;

/// Seconds that the SHA-256 of the files in result.json takes.
double hashing_seconds(const std::vector<std::filesystem::path>& files) {
  std::uintmax_t bytes = 0;
  for (const std::filesystem::path& file : files) {
    std::error_code failure;
    const std::uintmax_t size = std::filesystem::file_size(file, failure);
    bytes += failure ? 0 : size;
  }
  const std::string sample(std::size_t{4} << 20, 'x');
  const double begin = steady_seconds();
  Sha256 sha;
  sha.update(sample);
  (void)sha.finish();
  return (steady_seconds() - begin) * static_cast<double>(bytes) /
         static_cast<double>(sample.size());
}

/// Makes of a rehearsed run the one of the config.
class RunEstimate {
 public:
  /// `first_sweep`: trials that are evaluated together at first.
  RunEstimate(const RunConfig& config, const Evaluator& evaluator, std::size_t first_sweep,
              DryRun& plan)
      : config_(config), evaluator_(evaluator), first_sweep_(first_sweep), plan_(plan) {}

  void add(const std::string& name, double seconds, std::int64_t events = 0) {
    plan_.phases.push_back({name, events, seconds});
    plan_.most_seconds += seconds;
    plan_.least_seconds += seconds;
  }

  void add_phase(const TimedPhase& phase, const std::vector<TimedPhase>& all) {
    if (phase.name == Rehearsal::first_trials) {
      add_trials(phase, all);
    } else if (phase.name == Rehearsal::cost_phase) {
      add(phase.name, phase.fixed_seconds + further_cost_runs(all));
    } else if (phase.name != Rehearsal::one_trial && phase.name != Rehearsal::fp32_phase) {
      const std::int64_t events = events_of(phase.name);
      add(phase.name, phase.seconds(events), events);
    }
  }

 private:
  [[nodiscard]] std::int64_t events_of(const std::string& phase) const {
    const EventSource& events = evaluator_.events();
    if (phase == "reference") {
      return evaluator_.reference_events().size();
    }
    if (phase == Rehearsal::physics_phase) {
      return std::min(events.evaluation().size(),
                      static_cast<std::int64_t>(config_.report.physics_events));
    }
    const bool of_trials = phase == "baseline" || phase == "recipes";
    return of_trials ? events.evaluation().size() : events.calibration().size();
  }

  /// Layer costs were rehearsed with one repetition; every further one runs the network at each
  /// precision of the ladder, at most as long as fp32 takes.
  [[nodiscard]] double further_cost_runs(const std::vector<TimedPhase>& all) const {
    constexpr int precisions = 4;
    return (CostOptions{}.repetitions - 1) * precisions * static_cast<double>(evaluator_.batch()) *
           find(all, Rehearsal::fp32_phase).seconds_per_event;
  }

  void add_trials(const TimedPhase& first, const std::vector<TimedPhase>& all) {
    const std::int64_t events = evaluator_.events().evaluation().size();
    const double sweep = first.seconds(events);
    const double each = std::min(find(all, Rehearsal::one_trial).seconds(events),
                                 sweep / static_cast<double>(first_sweep_));
    double trials = sweep + static_cast<double>(plan_.at_most - first_sweep_) * each;
    if (config_.tuning.limits.timeout > 0.0) {
      trials = std::max(sweep, std::min(trials, config_.tuning.limits.timeout));
    }
    plan_.phases.push_back({"trials", events, trials});
    plan_.most_seconds += trials;
    plan_.least_seconds += sweep;
  }

  static const TimedPhase& find(const std::vector<TimedPhase>& all, const std::string& name) {
    return *std::ranges::find(all, name, &TimedPhase::name);
  }

  const RunConfig& config_;
  const Evaluator& evaluator_;
  std::size_t first_sweep_;
  DryRun& plan_;
};

void describe_network(const Graph& graph, const TuningSpace& space, DryRun& plan) {
  plan.model = graph.name();
  plan.parameters = graph.parameter_count();
  for (const Node& node : graph.nodes()) {
    plan.macs_per_event +=
        macs_per_sample(node.op, graph.input_shapes(node), graph.value(node.output).shape);
  }
  plan.layers = space.layers();
  plan.total_layers = space.total_layers();
}

/// What grows with the events beside the rehearsed run: kept outputs, or features of showers.
double bytes_of_events(const RunConfig& config, const Graph& graph, std::int64_t events) {
  double bytes = 0.0;
  for (const GraphOutput& output : graph.outputs()) {
    Shape shape = graph.value(output.value).shape;
    shape.front() = 1;
    bytes += static_cast<double>(element_count(shape)) * sizeof(float);
  }
  const auto all = static_cast<double>(events);
  return config.metric.tensor
             ? std::min(bytes * all, static_cast<double>(TensorReferences::most_kept))
             : report_bytes_per_event * all;
}

}  // namespace

DryRun dry_run(const RunConfig& config, KernelChoices* kernels,
               const std::function<void(const std::string&)>& progress) {
  const auto tell = [&](const std::string& what) {
    if (progress) {
      progress(what);
    }
  };
  tell("load");
  const double begin = steady_seconds();
  const Fp32Model model = load_fp32_model(config.model, config.graph);
  const TuningSpace space(layer_specs(model.graph, searches_ladder(config)),
                          config.quantization.rules, config.source);
  const EngineOptions engine = engine_with(kernels);
  const auto evaluator = make_evaluator(config, model.graph, engine);
  const double loading = steady_seconds() - begin;
  DryRun plan;
  describe_network(model.graph, space, plan);
  plan.verified = model.verified;
  plan.files = evaluator->events().files().size();
  plan.calibration_events = evaluator->events().calibration().size();
  plan.evaluation_events = evaluator->events().evaluation().size();
  plan.arena_bytes = compile_engine(model.graph, evaluator->batch(), engine)->arena_bytes();

  const RunConfig small = Rehearsal::small_config(config);
  (void)Rehearsal(small, model.graph, space, engine, tell).run();  // kernels, caches, threads
  Rehearsal rehearsal(small, model.graph, space, engine, tell);
  const std::vector<TimedPhase> phases = rehearsal.run();
  const Strategy& strategy = rehearsal.strategy();
  plan.rehearsed_events = rehearsal.events();
  plan.stops_at_target = strategy.stops_at_target() && config.tuning.limits.timeout == 0.0;
  plan.at_most = std::min(strategy.remaining_at_most({}), config.tuning.limits.max_trials);
  plan.known = known_trials(strategy, std::min(plan.at_most, DryRun::most_known));
  const std::size_t first_sweep =
      std::min({strategy.known_ahead({}).size(), plan.at_most, TrialSweeps::most_shared_trials});

  RunEstimate estimate(config, *evaluator, first_sweep, plan);
  estimate.add("load", loading);
  for (const TimedPhase& phase : phases) {
    estimate.add_phase(phase, phases);
  }
  std::vector<std::filesystem::path> files = model.files;
  files.insert(files.end(), evaluator->events().files().begin(), evaluator->events().files().end());
  estimate.add("checksums", hashing_seconds(files));
  plan.fp32_seconds_per_event = phases.front().seconds_per_event;
  plan.memory_bytes = peak_memory() + static_cast<std::size_t>(bytes_of_events(
                                          config, model.graph, plan.evaluation_events));
  return plan;
}

}  // namespace caloquant
