#include "quantizer/run/quantize.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <caloquant/error.hpp>
#include <caloquant/strategy.hpp>
#include <chrono>
#include <utility>

#include "graph/io/onnx/onnx_writer.hpp"
#include "quantizer/emit/compare_table.hpp"
#include "quantizer/emit/native_model.hpp"
#include "quantizer/emit/result_json.hpp"
#include "quantizer/emit/text_file.hpp"
#include "quantizer/evaluate/evaluator.hpp"
#include "quantizer/plan/sequential_bias.hpp"
#include "quantizer/report/report_data.hpp"
#include "quantizer/report/report_page.hpp"
#include "quantizer/run/dense_weights.hpp"
#include "quantizer/run/layer_costs.hpp"
#include "quantizer/run/load_model.hpp"
#include "quantizer/run/prepared_network.hpp"
#include "quantizer/run/trial_sweeps.hpp"
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
        space_(layer_specs(model_.graph, searches_ladder(config)), config.quantization.rules,
               config.source),
        engine_(std::move(engine)),
        evaluator_(make_evaluator(config, model_.graph, engine_)),
        network_(config, space_, *evaluator_, model_.graph, engine_) {}

  QuantizeResult execute() {
    const auto start = std::chrono::steady_clock::now();
    result_.baseline = measure_baseline();
    const double target = target_loss(config_.accuracy, result_.baseline.loss.value);
    observer_.on_target(result_.baseline.loss, target);
    network_.prepare(evaluator_->error_of(target), observer_);
    result_.recipes = network_.recipes();
    result_.equalized = network_.equalized();
    learn_costs();
    TrialSweeps sweeps(config_, *evaluator_, network_, target, progress_of(observer_));
    search(sweeps);
    result_.layers = report_layers(space_, result_.tuning);
    if (!result_.tuning.best) {
      result_.error = result_.tuning.trials.empty() ? "no configuration was tried"
                                                    : result_.tuning.trials.back().error;
      return std::move(result_);
    }
    settle_model(result_.tuning.trials[*result_.tuning.best], sweeps);
    emit();
    result_.cost.seconds = seconds_since(start);
    result_.cost.peak_memory = peak_memory();
    return std::move(result_);
  }

  [[nodiscard]] const std::vector<std::filesystem::path>& model_files() const {
    return model_.files;
  }
  [[nodiscard]] const std::vector<std::filesystem::path>& data_files() const {
    return evaluator_->events().files();
  }

 private:
  ModelQuality measure_baseline() {
    const bool paired = config_.metric.tensor
                            ? config_.metric.tensor->reference == TensorReference::fp32_paired
                            : config_.metric.loss.reference == LossReference::fp32_paired;
    const auto fp32_events = static_cast<double>(evaluator_->events().evaluation().size());
    observer_.on_phase("reference", evaluator_->reference_events().size());
    auto start = std::chrono::steady_clock::now();
    evaluator_->prepare_reference(progress_of(observer_));
    const double reference_seconds = seconds_since(start);
    observer_.on_phase("baseline", evaluator_->events().evaluation().size());
    start = std::chrono::steady_clock::now();
    ModelQuality baseline = evaluator_->baseline(progress_of(observer_));
    result_.cost.fp32_seconds_per_event =
        (paired ? reference_seconds : seconds_since(start)) / fp32_events;
    return baseline;
  }

  /// Milliseconds and bytes of the layers, measured or as an earlier run wrote them. basic does not
  /// ask what layers cost, and keeps the order of Intel Neural Compressor.
  void learn_costs() {
    if (!searches_ladder(config_)) {
      return;
    }
    if (!config_.tuning.layer_costs.empty()) {
      costs_ = read_layer_costs(config_.tuning.layer_costs, space_);
    } else {
      observer_.on_phase("layer costs", 1);
      CostOptions options;
      options.batch = evaluator_->batch();
      options.rule = config_.quantization.activation_rule;
      options.engine = engine_;
      costs_ = measure_layer_costs(network_.graph(), space_, network_.ranges(), options);
    }
    write_layer_costs(costs_, output_ / "layer_costs.json");
    result_.costs = costs_;
  }

  void search(TrialSweeps& sweeps) {
    const TuningCriterion& tuning = config_.tuning;
    const auto strategy = make_strategy(
        {tuning.strategy, config_.accuracy.higher_is_better, tuning.more_bases, tuning.objective,
         costs_, tuning.seed, tuning.limits.max_trials, result_.baseline.loss.error},
        space_);
    History history;
    TuneCallbacks callbacks;
    callbacks.evaluate = [&](const TuningConfig& config) {
      return sweeps.evaluate(config, *strategy, history);
    };
    callbacks.on_start = [&](std::size_t step, const Proposal& proposal, std::size_t at_most) {
      observer_.on_trial_start(step, proposal, at_most, evaluator_->events().evaluation().size());
    };
    callbacks.on_trial = [&](const Trial& trial) {
      history.push_back(trial);
      observer_.on_trial(trial);
      return true;
    };
    callbacks.interrupted = [this] { return observer_.interrupted(); };
    Journal journal(output_);
    result_.tuning =
        tune(*strategy,
             {config_.accuracy, tuning.limits, result_.baseline.loss.value, tuning.objective,
              costs_, [this](double loss) { return evaluator_->error_of(loss); }},
             callbacks, &journal);
  }

  /// The plan and the loss of the model that is written.
  void settle_model(const Trial& best, const TrialSweeps& sweeps) {
    result_.plan = network_.plan(best.proposal.config);
    result_.final_quality = best.stopped_early
                                ? evaluator_->quality_of(apply_plan(network_.graph(), result_.plan))
                                : sweeps.quality_of(best.proposal.config);
    correct_final_biases(best);
    final_ = apply_plan(network_.graph(), result_.plan);
    if (config_.emit.onnx && config_.emit.onnx_profile == OnnxProfile::onnxruntime) {
      final_ = with_whole_biases(final_);  // so that every file holds the same model
      result_.final_quality = evaluator_->quality_of(final_);
    }
    report_small_dense(result_.layers, network_.small_dense());
  }

  /// Keeps corrected biases where they lower the loss and nothing else gets out of its limits.
  void correct_final_biases(const Trial& best) {
    if (!network_.wants(config_.quantization.sequential_bias_correction) ||
        observer_.interrupted()) {
      return;
    }
    observer_.on_phase("biases", evaluator_->events().evaluation().size());
    QuantPlan corrected =
        with_sequential_bias(network_.graph(), result_.plan, network_.filler(),
                             {evaluator_->events().calibration(), evaluator_->batch(), engine_});
    const Graph graph = apply_plan(network_.graph(), corrected);
    const ModelQuality quality = evaluator_->qualities_of({graph}, progress_of(observer_)).front();
    const bool within = std::ranges::all_of(measures_of(quality, config_.accuracy), &Measure::met);
    const bool kept =
        quality.loss.error < result_.final_quality->loss.error && (within || !best.target_met);
    result_.recipes.push_back({!result_.equalized.empty(), network_.corrections().bias,
                               network_.corrections().reconstruct, true, quality.loss.value, kept});
    if (kept) {
      result_.plan = std::move(corrected);
      result_.final_quality = quality;
    }
  }

  void emit() {
    for (const StepInfo& step : compile_engine(final_, 1, engine_)->steps()) {
      const Node* node = final_.find(step.layer);
      if (node != nullptr && is_quantizable(node->op)) {
        result_.implementations[step.layer] = step.implementation;
      }
    }
    if (config_.emit.h5) {
      write_quantized_model(config_, *evaluator_, final_, result_, output_ / "quantized.h5");
      result_.written.emplace_back("quantized.h5");
    }
    if (config_.emit.onnx) {
      result_.onnx_notes =
          write_onnx(final_, output_ / "quantized.onnx", config_.emit.onnx_profile);
      result_.written.emplace_back("quantized.onnx");
    }
    if (!observer_.interrupted()) {  // the model is written already
      compare_with_fp32();
      if (config_.report.html) {
        write_report_data(
            {config_, model_.graph, network_.graph(), final_, network_.filler(),
             evaluator_->events().evaluation(), engine_,
             result_.report ? result_.report->samples : nullptr},
            observer_, output_ / "report.json");
        result_.written.emplace_back("report.json");
      }
    }
  }

  void compare_with_fp32() {
    observer_.on_phase("physics", evaluator_->events().evaluation().size());
    result_.report = final_report(config_, model_.graph, final_, progress_of(observer_));
    if (result_.report) {
      write_text_file(compare_table(result_.report->physics, report_side("fp32", model_.graph),
                                    report_side("quantized", final_)),
                      output_ / "physics.txt");
      result_.written.emplace_back("physics.txt");
    }
  }

  const RunConfig& config_;
  std::filesystem::path output_;
  RunObserver& observer_;
  LoadedModel model_;
  TuningSpace space_;
  CostTable costs_ = nominal_costs(space_);  ///< of one kind for strategy and choice of the best
  EngineOptions engine_;
  std::unique_ptr<Evaluator> evaluator_;
  PreparedNetwork network_;
  Graph final_;  ///< what is written
  QuantizeResult result_;
};

/// Files of an earlier run must not pass for those of this one.
void prepare_folder(const std::filesystem::path& output) {
  std::error_code failure;
  std::filesystem::create_directories(output, failure);
  if (failure || !std::filesystem::is_directory(output)) {
    throw BackendError(output.string(), "is no folder and cannot be made one", "choose another -o");
  }
  for (const char* name : {"quantized.h5", "quantized.onnx", "steps.jsonl", "steps.csv",
                           "result.json", "layer_costs.json", "physics.txt", "report.json",
                           "report.html"}) {
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
    if (config.report.html) {
      result.written.emplace_back("report.html");
    }
    write_result_json(result, context, output / "result.json");
    if (config.report.html) {
      write_report_page({output}, output / "report.html");
    }
    return result;
  } catch (const Error& error) {
    QuantizeResult failed;
    failed.error = error.what();
    write_result_json(failed, context, output / "result.json");
    throw;
  }
}

}  // namespace caloquant
