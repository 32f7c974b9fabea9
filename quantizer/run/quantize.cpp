#include "quantizer/run/quantize.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <caloquant/error.hpp>
#include <caloquant/strategy.hpp>
#include <chrono>
#include <set>
#include <utility>

#include "calibration/collect.hpp"
#include "quantizer/emit/native_model.hpp"
#include "quantizer/emit/result_json.hpp"
#include "quantizer/run/evaluator.hpp"
#include "quantizer/run/layer_costs.hpp"
#include "quantizer/run/load_model.hpp"
#include "quantizer/strategy/cost.hpp"
#include "quantizer/tune/criterion.hpp"
#include "quantizer/tune/journal.hpp"

namespace caloquant {
namespace {

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

std::size_t peak_memory() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::size_t>(usage.ru_maxrss) * 1024;
}

/// One run from the config to the files.
class Run {
 public:
  Run(const RunConfig& config, const std::filesystem::path& output, RunObserver& observer,
      EngineOptions engine)
      : config_(config),
        output_(output),
        observer_(observer),
        model_(load_fp32_model(config.model, config.graph)),
        space_(layer_specs(model_.graph, config.tuning.strategy != "basic"),
               config.quantization.rules, config.source),
        engine_(std::move(engine)),
        evaluator_(config, model_.graph, engine_) {}

  QuantizeResult execute() {
    const auto start = std::chrono::steady_clock::now();
    result_.baseline = measure_baseline();
    target_ = target_loss(config_.accuracy, result_.baseline.value);
    observer_.on_target(result_.baseline, target_);
    calibrate();
    choose_corrections();
    learn_costs();
    strategy_ = make_strategy(strategy_options(), space_);
    Journal journal(output_);
    result_.tuning = tune(*strategy_,
                          {config_.accuracy, config_.tuning.limits, result_.baseline.value,
                           config_.tuning.objective, costs_},
                          callbacks(), &journal);
    result_.layers = report_layers(space_, result_.tuning);
    if (!result_.tuning.best) {
      result_.error = result_.tuning.trials.empty() ? "no configuration was tried"
                                                    : result_.tuning.trials.back().error;
      return std::move(result_);
    }
    const Trial& best = result_.tuning.trials[*result_.tuning.best];
    result_.plan = planned(best.proposal.config, corrections_);
    const Graph quantized = apply_plan(model_.graph, result_.plan);
    result_.final_loss = best.stopped_early ? evaluator_.loss_of(quantized) : losses_.at(best.step);
    for (const StepInfo& step : compile_engine(quantized, 1, engine_)->steps()) {
      const Node* node = quantized.find(step.layer);
      if (node != nullptr && is_quantizable(node->op)) {
        result_.implementations[step.layer] = step.implementation;
      }
    }
    write_quantized_model(config_, evaluator_, quantized, result_, output_ / "quantized.h5");
    result_.cost.seconds = seconds_since(start);
    result_.cost.peak_memory = peak_memory();
    return std::move(result_);
  }

  [[nodiscard]] const std::vector<std::filesystem::path>& model_files() const {
    return model_.files;
  }
  [[nodiscard]] const std::vector<std::filesystem::path>& data_files() const {
    return evaluator_.events().files();
  }

 private:
  [[nodiscard]] StrategyOptions strategy_options() const {
    const TuningCriterion& tuning = config_.tuning;
    return {tuning.strategy,
            config_.accuracy.higher_is_better,
            tuning.more_bases,
            tuning.objective,
            costs_,
            tuning.seed,
            tuning.limits.max_trials,
            result_.baseline.value};
  }

  /// Progress that lets the observer end the run.
  [[nodiscard]] EventProgress progress() {
    return [this](std::int64_t done) {
      observer_.on_events(done);
      if (observer_.interrupted()) {
        throw InterruptedError("run");
      }
    };
  }

  ShowerLossResult measure_baseline() {
    const bool paired = config_.metric.loss.reference == LossReference::fp32_paired;
    const auto fp32_events = static_cast<double>(evaluator_.events().evaluation().size());
    observer_.on_phase("reference", evaluator_.reference_events().size());
    auto start = std::chrono::steady_clock::now();
    evaluator_.prepare_reference(progress());
    const double reference_seconds = seconds_since(start);
    observer_.on_phase("baseline", evaluator_.events().evaluation().size());
    start = std::chrono::steady_clock::now();
    ShowerLossResult baseline = evaluator_.baseline(progress());
    result_.cost.fp32_seconds_per_event =
        (paired ? reference_seconds : seconds_since(start)) / fp32_events;
    return baseline;
  }

  void calibrate() {
    std::set<RangeAlgorithm> algorithms;
    for (const LayerSpec& layer : space_.layers()) {
      algorithms.insert(layer.searched.algorithms.begin(), layer.searched.algorithms.end());
    }
    if (searches_ladder()) {
      algorithms.insert(RangeAlgorithm::minmax);  // what layer costs are measured with
    }
    CollectOptions options;
    options.events = evaluator_.events().calibration();
    options.batch = evaluator_.batch();
    options.algorithms = std::move(algorithms);
    options.progress = progress();
    options.engine = engine_;
    options.ranges = config_.quantization.ranges;
    options.code = [this](const Node& layer, const Range& range) {
      return first_code(layer, range);
    };
    observer_.on_phase("calibrate", options.events.size());
    table_ = collect_ranges(
        model_.graph,
        [this](std::int64_t first, std::int64_t count, std::span<float> input) {
          evaluator_.fill_input(first, count, input);
        },
        options);
  }

  /// The code that a layer would have: its ranges are shared by all trials, so that of several
  /// types to search the first one counts.
  [[nodiscard]] QuantParams first_code(const Node& layer, const Range& range) const {
    const auto spec = std::ranges::find(space_.layers(), layer.name, &LayerSpec::name);
    return choose_activation(model_.graph, layer, range, spec->searched.activations.front(),
                             config_.quantization.activation_rule);
  }

  /// basic does not ask what layers cost, and keeps the order of Intel Neural Compressor.
  [[nodiscard]] bool searches_ladder() const { return config_.tuning.strategy != "basic"; }

  /// Milliseconds and bytes of the layers, measured or as an earlier run wrote them.
  void learn_costs() {
    if (!searches_ladder()) {
      return;
    }
    if (!config_.tuning.layer_costs.empty()) {
      costs_ = read_layer_costs(config_.tuning.layer_costs, space_);
    } else {
      observer_.on_phase("layer costs", 1);
      CostOptions options;
      options.batch = evaluator_.batch();
      options.rule = config_.quantization.activation_rule;
      options.engine = engine_;
      costs_ = measure_layer_costs(model_.graph, space_, table_, options);
    }
    write_layer_costs(costs_, output_ / "layer_costs.json");
    result_.costs = costs_;
  }

  /// Second moments of the layers' inputs, where a recipe may need them, and the recipes.
  void choose_corrections() {
    const bool may_try = config_.tuning.strategy == "auto";
    const auto needed = [&](Recipe recipe) {
      return recipe == Recipe::on || (recipe == Recipe::automatic && may_try);
    };
    if (!needed(config_.quantization.bias_correction) &&
        !needed(config_.quantization.weight_reconstruction)) {
      return;
    }
    const EventRange events = evaluator_.events().calibration();
    observer_.on_phase("recipes", events.size());
    statistics_ =
        collect_statistics(model_.graph,
                           [this](std::int64_t first, std::int64_t count, std::span<float> input) {
                             evaluator_.fill_input(first, count, input);
                           },
                           {events, evaluator_.batch(), config_.input.seed, engine_});
    const RecipeChoice choice = choose_recipes(
        config_.quantization, may_try, &statistics_, [&](const std::vector<Corrections>& all) {
          std::vector<Graph> graphs;
          graphs.reserve(all.size());
          for (const Corrections& corrections : all) {
            graphs.push_back(apply_plan(model_.graph, planned(recipe_probe(space_), corrections)));
          }
          std::vector<double> losses;
          losses.reserve(graphs.size());
          for (const ShowerLossResult& loss : evaluator_.losses_of(graphs, progress())) {
            losses.push_back(loss.value);
          }
          return losses;
        });
    corrections_ = choice.corrections;
    result_.recipes = choice.trials;
  }

  [[nodiscard]] QuantPlan planned(const TuningConfig& config, const Corrections& corrections) {
    return make_plan(model_.graph, table_, config, config_.quantization.activation_rule, weights_,
                     corrections);
  }

  /// Evaluates configurations in one sweep over the events.
  void sweep(const std::vector<Proposal>& proposals) {
    std::vector<Graph> graphs;
    graphs.reserve(proposals.size());
    for (const Proposal& proposal : proposals) {
      graphs.push_back(apply_plan(model_.graph, planned(proposal.config, corrections_)));
    }
    const auto start = std::chrono::steady_clock::now();
    std::vector<ModelQuality> qualities = evaluator_.qualities_of(graphs, progress(), target_);
    const double seconds = seconds_since(start);
    for (std::size_t i = 0; i < proposals.size(); ++i) {
      swept_[proposals[i].config.key()] = {std::move(qualities[i]),
                                           seconds / static_cast<double>(proposals.size())};
    }
  }

  /// The next configuration, with those that the strategy will propose anyway.
  void sweep_ahead() {
    std::vector<Proposal> ahead = strategy_->known_ahead(history_);
    const std::size_t room = config_.tuning.limits.max_trials - history_.size();
    ahead.resize(std::min({ahead.size(), room, most_shared_trials}));
    if (ahead.size() > 1) {
      try {
        sweep(ahead);
        return;
      } catch (const BackendError&) {
        ahead.resize(1);  // one of them cannot be executed: the log shall say which
      }
    }
    sweep(ahead);
  }

  Evaluation evaluate(const TuningConfig& config) {
    const std::string key = config.key();
    if (swept_.count(key) == 0) {
      sweep_ahead();
    }
    const Swept& result = swept_.at(key);
    const ShowerLossResult& loss = result.quality.loss;
    losses_[step_] = loss;
    return {loss.value, loss.standard_error.value_or(std::numeric_limits<double>::quiet_NaN()),
            result.seconds,
            static_cast<std::int64_t>(loss.events) < evaluator_.events().evaluation().size(),
            measures_of(result.quality)};
  }

  [[nodiscard]] std::vector<Measure> measures_of(const ModelQuality& quality) const {
    std::vector<Measure> measures;
    for (const EnergyResponse& response : quality.response) {
      measures.push_back({"energy response at " + response.bin, response.ratio - 1.0,
                          *config_.accuracy.energy_response});
    }
    return measures;
  }

  TuneCallbacks callbacks() {
    TuneCallbacks callbacks;
    callbacks.evaluate = [this](const TuningConfig& config) { return evaluate(config); };
    callbacks.on_start = [this](std::size_t step, const Proposal& proposal, std::size_t at_most) {
      step_ = step;
      observer_.on_trial_start(step, proposal, at_most, evaluator_.events().evaluation().size());
    };
    callbacks.on_trial = [this](const Trial& trial) {
      history_.push_back(trial);
      observer_.on_trial(trial);
      return true;
    };
    callbacks.interrupted = [this] { return observer_.interrupted(); };
    return callbacks;
  }

  const RunConfig& config_;
  std::filesystem::path output_;
  RunObserver& observer_;
  LoadedModel model_;
  TuningSpace space_;
  CostTable costs_ = nominal_costs(space_);  ///< of one kind for strategy and choice of the best
  std::unique_ptr<Strategy> strategy_;
  EngineOptions engine_;
  Evaluator evaluator_;
  CalibrationTable table_;
  WeightCache weights_;
  StatisticsTable statistics_;
  Corrections corrections_;
  /// What a sweep gave for a configuration that is still to be asked for, or was.
  struct Swept {
    ModelQuality quality;
    double seconds = 0.0;  ///< its share of the sweep [s]
  };
  /// More would only need memory: what trials share is a prefix.
  static constexpr std::size_t most_shared_trials = 16;

  History history_;
  std::map<std::string, Swept> swept_;              ///< by key of the configuration
  std::map<std::size_t, ShowerLossResult> losses_;  ///< by step
  std::size_t step_ = 0;
  double target_ = 0.0;
  QuantizeResult result_;
};

/// Files of an earlier run must not pass for those of this one.
void prepare_folder(const std::filesystem::path& output) {
  std::error_code failure;
  std::filesystem::create_directories(output, failure);
  if (failure || !std::filesystem::is_directory(output)) {
    throw BackendError(output.string(), "is no folder and cannot be made one", "choose another -o");
  }
  for (const char* name :
       {"quantized.h5", "steps.jsonl", "steps.csv", "result.json", "layer_costs.json"}) {
    std::filesystem::remove(output / name, failure);
  }
}

}  // namespace

std::vector<LayerSpec> layer_specs(const Graph& graph, bool whole_ladder) {
  std::vector<LayerSpec> specs;
  for (const Node& node : graph.nodes()) {
    if (!is_quantizable(node.op)) {
      continue;
    }
    const std::string op(name_of(node.op));
    specs.push_back(graph.constant(node, 1) != nullptr
                        ? default_layer_spec(node.name, op, whole_ladder)
                        : fp32_layer_spec(node.name, op, "its weights are not constant"));
  }
  return specs;
}

QuantizeResult quantize(const RunConfig& config, const std::filesystem::path& output,
                        RunObserver& observer, KernelChoices* kernels) {
  prepare_folder(output);
  ResultContext context{config, {}, {}, nullptr};
  try {
    Run run(config, output, observer, engine_with(kernels));
    context.model_files = run.model_files();
    context.data_files = run.data_files();
    QuantizeResult result = run.execute();
    context.kernels = kernels;
    write_result_json(result, context, output / "result.json");
    return result;
  } catch (const Error& error) {
    QuantizeResult failed;
    failed.error = error.what();
    write_result_json(failed, context, output / "result.json");
    throw;
  }
}

}  // namespace caloquant
