#include "quantizer/run/dry_run.hpp"

#include <algorithm>
#include <utility>

#include "graph/exec/engine.hpp"
#include "graph/io/files/sha256.hpp"
#include "ops/core/clock.hpp"
#include "ops/schema/infer_shape.hpp"
#include "quantizer/evaluate/tensor_reference.hpp"
#include "quantizer/measure/peak_memory.hpp"
#include "quantizer/run/known_trials.hpp"
#include "quantizer/run/run_estimate.hpp"
#include "quantizer/run/run_session.hpp"

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

/// The config with three batches of events, the first of which warms up, and no end of the search
/// but the one that the clock makes.
RunConfig few_events(const RunConfig& config) {
  constexpr std::size_t batches = 3;
  constexpr double no_timeout = 1e9;  // [s]; 0 would end at a target that few events happen to meet
  RunConfig few = config;
  const std::size_t events = batches * config.execution.batch;
  few.data.calibration_samples = std::min(config.data.calibration_samples, events);
  few.data.evaluation_samples = std::min(config.data.evaluation_samples, events);
  few.model.expected.clear();  // compared already
  few.tuning.early_stop = false;
  few.tuning.limits.timeout = no_timeout;
  return few;
}

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

void describe_events(const RunSession& session, DryRun& plan) {
  const EventSource& events = session.evaluator().events();
  plan.verified = session.result().verified;
  plan.files = events.files().size();
  plan.data_notes = session.data_notes();
  plan.calibration_events = events.calibration().size();
  plan.evaluation_events = events.evaluation().size();
  plan.arena_bytes =
      compile_engine(session.model().graph,
                     batch_for(session.evaluator().batch(), events.evaluation()), session.engine())
          ->arena_bytes();
}

/// What grows with the events beside the timed run: kept outputs, or features of showers.
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

DryRun dry_run(const RunConfig& config, const std::shared_ptr<KernelChoices>& kernels,
               const std::function<void(const std::string&)>& progress) {
  if (progress) {
    progress("load");
  }
  const double begin = steady_seconds();
  RunSession session(config, {}, {nullptr, {}, kernels, false});
  DryRun plan;
  describe_network(session.model().graph, session.space(), plan);
  const double loading = steady_seconds() - begin;
  describe_events(session, plan);

  RunParts parts;
  parts.model = Model(std::make_shared<LoadedModel>(session.model()));
  const RunConfig few = few_events(config);
  const auto timed_run = [&](RunClock& clock) {
    RunSession run(few, parts, {&clock, {}, kernels, false});
    clock.expect_sweep(run.strategy());
    run.run();
    plan.timed_events = run.evaluator().events().evaluation().size();
    plan.fp32_seconds_per_event = run.result().cost.fp32_seconds_per_event;
    plan.stops_at_target = run.strategy().stops_at_target() && config.tuning.limits.timeout == 0.0;
    plan.at_most = std::min(run.strategy().remaining_at_most({}), config.tuning.limits.max_trials);
    plan.known = known_trials(run.strategy(), std::min(plan.at_most, DryRun::most_known));
  };
  RunClock warm_up(config.tuning.limits.max_trials, progress);
  timed_run(warm_up);  // kernels, caches, threads
  RunClock clock(config.tuning.limits.max_trials, progress);
  timed_run(clock);

  std::vector<std::filesystem::path> files = session.model().files;
  const auto data = session.evaluator().events().files();
  files.insert(files.end(), data.begin(), data.end());
  RunEstimate estimate(session, clock.sweep(), plan);
  estimate.add("load", loading);
  estimate.add_phases(clock.finish());
  // Nothing was written: the files are read back and evaluated beside what was timed.
  const int formats = (config.emit.h5 ? 1 : 0) + (config.emit.onnx ? 1 : 0);
  estimate.add("read back",
               formats * plan.fp32_seconds_per_event * static_cast<double>(plan.evaluation_events),
               plan.evaluation_events);
  estimate.add("checksums", hashing_seconds(files));
  plan.memory_bytes = peak_memory() + static_cast<std::size_t>(bytes_of_events(
                                          config, session.model().graph, plan.evaluation_events));
  return plan;
}

}  // namespace caloquant
