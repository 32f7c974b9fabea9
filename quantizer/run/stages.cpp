#include "quantizer/run/stages.hpp"

#include <algorithm>
#include <caloquant/error.hpp>
#include <exception>
#include <utility>

#include "graph/io/files/text_file.hpp"
#include "graph/ir/editor.hpp"
#include "ops/core/check.hpp"
#include "ops/core/clock.hpp"
#include "quantizer/measure/layer_costs.hpp"
#include "quantizer/output/emit/native_model.hpp"
#include "quantizer/output/emit/verified_write.hpp"
#include "quantizer/output/report/report_data.hpp"
#include "quantizer/output/tables/compare_table.hpp"
#include "quantizer/plan/sequential_bias.hpp"
#include "quantizer/search/space/layer_specs.hpp"
#include "quantizer/search/strategy/cost.hpp"
#include "quantizer/search/tune/criterion.hpp"
#include "quantizer/search/tune/journal.hpp"
#include "quantizer/search/tune/weight_only_dense.hpp"
#include "quantizer/verify/fp32_model.hpp"
#include "quantizer/verify/verify_model.hpp"

namespace caloquant {
namespace {

Fp32Model model_of(const RunConfig& config, const RunParts& parts) {
  if (!parts.model) {
    return load_fp32_model(config.model, config.graph, CheckTime::later);
  }
  const Model& model = config.model.output == EnergyUnits{}
                           ? *parts.model
                           : parts.model->with_output(config.model.output);
  if (model.quantized()) {
    throw ModelError("model '" + model.name() + "'", "is quantized already",
                     "give the fp32 model that it was made from");
  }
  Fp32Model loaded{model.loaded()};
  if (!config.model.expected.empty()) {
    loaded.verified = require_expected(loaded, config.model.expected);
    loaded.files.push_back(config.model.expected);
  }
  if (parts.expected) {
    loaded.verified = verify(model, *parts.expected);
    require_agreement(*loaded.verified);
  }
  loaded.imported.reset();
  return loaded;
}

}  // namespace

RunConfig with_parts(RunConfig config, const RunParts& parts) {
  if (std::holds_alternative<TensorArrays>(parts.data) && !config.data.tensors) {
    config.data.tensors.emplace();
  }
  if (std::holds_alternative<ShowerArrays>(parts.data)) {
    config.data.tensors.reset();
  }
  if (parts.metric) {
    config.metric.given = true;
    config.metric.name = parts.metric->name();
    if (!config.metric.tensor) {
      config.metric.tensor.emplace();
    }
    config.accuracy.higher_is_better = parts.metric->higher_is_better();
  }
  return config;
}

Stages::Stages(RunConfig config, const RunParts& parts, EngineOptions engine)
    : config_(with_parts(std::move(config), parts)),
      given_{parts.data, parts.metric},
      make_strategy_(parts.strategy ? parts.strategy : StrategyFactory(make_strategy)),
      model_(model_of(config_, parts)),
      space_(layer_specs(model_.graph, searches_ladder(config_)), config_.quantization.rules,
             config_.source),
      costs_(nominal_costs(space_)),
      engine_(std::move(engine)),
      evaluator_(make_evaluator(config_, model_.graph, engine_, given_)),
      network_(config_, space_, *evaluator_, model_.graph, engine_) {
  result_.verified = model_.verified;
  check_import();
}

/// On the first event that calibrates.
void Stages::check_import() {
  if (model_.opinion) {
    const EventRange events = evaluator_->events().calibration();
    model_.import_check = model_.opinion->check(
        events.size(), [&](std::int64_t count, std::span<const std::span<float>> inputs) {
          evaluator_->events().fill(events.first, count, inputs);
        });
    model_.opinion = nullptr;
  }
  result_.import_check = model_.import_check;
}

void Stages::measure_reference(RunObserver& observer) {
  const bool paired = config_.metric.tensor
                          ? config_.metric.tensor->reference == TensorReference::fp32_paired
                          : config_.metric.loss.reference == LossReference::fp32_paired;
  const auto fp32_events = static_cast<double>(evaluator_->events().evaluation().size());
  observer.on_phase("reference", evaluator_->reference_events().size());
  double start = steady_seconds();
  evaluator_->prepare_reference(progress_of(observer));
  const double reference_seconds = steady_seconds() - start;
  observer.on_phase("baseline", evaluator_->events().evaluation().size());
  start = steady_seconds();
  result_.baseline = evaluator_->baseline(progress_of(observer));
  result_.cost.fp32_seconds_per_event =
      (paired ? reference_seconds : (steady_seconds() - start)) / fp32_events;
  target_ = target_loss(config_.accuracy, result_.baseline.loss.value);
  observer.on_target(result_.baseline.loss, target_);
}

void Stages::prepare(RunObserver& observer) {
  network_.prepare(evaluator_->error_of(target_), observer);
  result_.equalized = network_.equalized();
  learn_costs(observer);
}

/// Milliseconds and bytes of the layers, measured or as an earlier run wrote them. basic does not
/// ask what layers cost, and keeps the order of Intel Neural Compressor.
void Stages::learn_costs(RunObserver& observer) {
  if (!searches_ladder(config_)) {
    return;
  }
  if (!config_.tuning.layer_costs.empty()) {
    costs_ = read_layer_costs(config_.tuning.layer_costs, space_);
  } else {
    observer.on_phase("layer costs", 1);
    CostOptions options;
    options.batch = evaluator_->batch();
    options.rule = config_.quantization.activation_rule;
    options.engine = engine_;
    costs_ = measure_layer_costs(network_.graph(), space_, network_.ranges(), options);
  }
  result_.costs = costs_;
}

void Stages::search(RunObserver& observer, Journal* journal) {
  const TuningCriterion& tuning = config_.tuning;
  // Of an earlier search nothing stays.
  result_.error.clear();
  result_.final_quality.reset();
  result_.recipes = network_.recipes();
  sweeps_ =
      std::make_unique<TrialSweeps>(config_, *evaluator_, network_, target_, progress_of(observer));
  const auto strategy = make_strategy_(
      {tuning.strategy, config_.accuracy.higher_is_better, tuning.more_bases, tuning.objective,
       costs_, tuning.seed, tuning.limits.max_trials, result_.baseline.loss.error},
      space_);
  History history;
  TuneCallbacks callbacks;
  callbacks.evaluate = [&](const TuningConfig& config) {
    return sweeps_->evaluate(config, *strategy, history);
  };
  callbacks.on_start = [&](std::size_t step, const Proposal& proposal, std::size_t at_most) {
    observer.on_trial_start(step, proposal, at_most, evaluator_->events().evaluation().size());
  };
  callbacks.on_trial = [&](const Trial& trial) {
    history.push_back(trial);
    return observer.on_trial(trial);
  };
  callbacks.interrupted = [&] { return observer.interrupted(); };
  result_.tuning =
      tune(*strategy,
           {config_.accuracy, tuning.limits, result_.baseline.loss.value, tuning.objective, costs_,
            [this](double loss) { return evaluator_->error_of(loss); }},
           callbacks, journal);
  result_.layers = report_layers(space_, result_.tuning);
}

void Stages::settle(RunObserver& observer) {
  const TuneResult& tuning = result_.tuning;
  if (!tuning.best) {
    result_.error =
        tuning.trials.empty() ? "no configuration was tried" : tuning.trials.back().error;
    return;
  }
  const Trial& best = tuning.trials[*tuning.best];
  result_.plan = network_.plan(best.proposal.config);
  result_.final_quality = best.stopped_early
                              ? evaluator_->quality_of(apply_plan(network_.graph(), result_.plan))
                              : sweeps_->quality_of(best.proposal.config);
  correct_final_biases(best, observer);
  final_ = apply_plan(network_.graph(), result_.plan);
  if (config_.emit.onnx && config_.emit.onnx_profile == OnnxProfile::onnxruntime) {
    final_ = with_whole_biases(final_);  // so that every file holds the same model
    result_.final_quality = evaluator_->quality_of(final_);
  }
  report_weight_only_dense(result_.layers, network_.weight_only_dense());
  name_kernels();
}

/// Keeps corrected biases where they lower the loss and nothing else gets out of its limits.
void Stages::correct_final_biases(const Trial& best, RunObserver& observer) {
  if (!network_.wants(config_.quantization.sequential_bias_correction) || observer.interrupted()) {
    return;
  }
  observer.on_phase("biases", evaluator_->events().evaluation().size());
  QuantPlan corrected =
      with_sequential_bias(network_.graph(), result_.plan, network_.filler(),
                           {evaluator_->events().calibration(), evaluator_->batch(), engine_});
  const Graph graph = apply_plan(network_.graph(), corrected);
  const ModelQuality quality = evaluator_->qualities_of({graph}, progress_of(observer)).front();
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

void Stages::name_kernels() {
  for (const StepInfo& step : compile_engine(final_, 1, engine_)->steps()) {
    const Node* node = final_.find(step.layer);
    if (node != nullptr && is_quantizable(node->op)) {
      result_.implementations[step.layer] = step.implementation;
    }
  }
}

void Stages::emit(RunObserver& observer, const std::filesystem::path& folder) {
  CALOQUANT_EXPECT(result_.final_quality);
  result_.written.clear();  // into another folder
  std::exception_ptr failure;
  const auto write = [&](bool wanted, const char* name, const auto& writer) {
    try {
      if (wanted) {
        writer(folder / name);
        result_.written.emplace_back(name);
      }
    } catch (const Error& error) {  // the other formats are written all the same
      failure = failure ? failure : std::current_exception();
      result_.error += (result_.error.empty() ? "" : "; ") + std::string(error.what());
    }
  };
  write(config_.emit.h5, "quantized.h5", [&](const std::filesystem::path& file) {
    write_quantized_model(config_, *evaluator_, final_, result_, file);
  });
  write(config_.emit.onnx, "quantized.onnx", [&](const std::filesystem::path& file) {
    result_.onnx_notes = write_verified_onnx(
        final_, file, config_.emit.onnx_profile, evaluator_->events().evaluation().size(),
        [&](std::int64_t count, std::span<const std::span<float>> inputs) {
          evaluator_->events().fill(evaluator_->events().evaluation().first, count, inputs);
        });
  });
  if (failure) {
    std::rethrow_exception(failure);
  }
  if (!observer.interrupted()) {  // the model is written already
    compare_with_fp32(observer, folder);
    if (config_.report.html) {
      write_report_data({config_, model_.graph, network_.graph(), final_, network_.filler(),
                         evaluator_->events().evaluation(), engine_,
                         result_.report ? result_.report->samples : nullptr},
                        observer, folder / "report.json");
      result_.written.emplace_back("report.json");
    }
  }
}

void Stages::compare_with_fp32(RunObserver& observer, const std::filesystem::path& folder) {
  observer.on_phase("physics", evaluator_->events().evaluation().size());
  result_.report = final_report(config_, model_.graph, final_, given_.data, progress_of(observer));
  if (result_.report) {
    write_text_file(compare_table(result_.report->physics, report_side("fp32", model_.graph),
                                  report_side("quantized", final_)),
                    folder / "physics.txt");
    result_.written.emplace_back("physics.txt");
  }
}

}  // namespace caloquant
