#include "quantizer/run/rehearsal.hpp"

#include <algorithm>
#include <utility>

#include "calibration/collect/sweep.hpp"
#include "quantizer/measure/layer_costs.hpp"
#include "quantizer/plan/sequential_bias.hpp"
#include "quantizer/result/final_report.hpp"
#include "quantizer/run/trial_sweeps.hpp"
#include "quantizer/search/strategy/cost.hpp"
#include "quantizer/search/tune/criterion.hpp"

namespace caloquant {

RunConfig Rehearsal::small_config(const RunConfig& config) {
  constexpr std::size_t batches = 3;
  RunConfig small = config;
  const std::size_t events = batches * config.execution.batch;
  small.data.calibration_samples = std::min(config.data.calibration_samples, events);
  small.data.evaluation_samples = std::min(config.data.evaluation_samples, events);
  small.tuning.early_stop = false;
  return small;
}

Rehearsal::Rehearsal(const RunConfig& small, const Graph& fp32, const TuningSpace& space,
                     EngineOptions engine, std::function<void(const std::string&)> progress)
    : config_(small),
      fp32_(fp32),
      space_(space),
      engine_(std::move(engine)),
      clock_(std::move(progress)),
      evaluator_(make_evaluator(small, fp32, engine_)),
      network_(small, space, *evaluator_, fp32, engine_, strategy_traits(small.tuning.strategy)) {}

std::vector<TimedPhase> Rehearsal::run() {
  run_fp32();
  clock_.on_phase("reference", evaluator_->reference_events().size());
  evaluator_->prepare_reference(progress_of(clock_));
  clock_.on_phase("baseline", events());
  baseline_ = evaluator_->baseline(progress_of(clock_));
  const double target = target_loss(config_.accuracy, baseline_.loss.value);
  network_.prepare(evaluator_->error_of(target), clock_);
  learn_costs();
  make_strategy_of_run();
  if (const auto first = strategy_->next({})) {
    run_trials(first->config, target);
    finish_as_run(first->config);
  }
  return clock_.finish();
}

/// The network alone, on the events that calibrate.
void Rehearsal::run_fp32() {
  std::vector<Tensor> results;
  std::vector<std::span<float>> outputs;
  results.reserve(fp32_.outputs().size());
  for (const GraphOutput& output : fp32_.outputs()) {
    Shape shape = fp32_.value(output.value).shape;
    shape.front() = evaluator_->batch();
    results.emplace_back(DType::f32, shape);
    outputs.push_back(results.back().data<float>());
  }
  const EventRange calibration = evaluator_->events().calibration();
  clock_.on_phase(fp32_phase, calibration.size());
  sweep_events(fp32_, evaluator_->filler(),
               {calibration, evaluator_->batch(), engine_, progress_of(clock_)}, outputs,
               [](std::int64_t, std::int64_t) {});
}

void Rehearsal::learn_costs() {
  if (!strategy_traits(config_.tuning.strategy).wants_layer_costs) {
    costs_ = nominal_costs(space_);
    return;
  }
  if (!config_.tuning.layer_costs.empty()) {
    costs_ = read_layer_costs(config_.tuning.layer_costs, space_);
    return;
  }
  clock_.on_phase(cost_phase, 0);
  CostOptions options;
  options.batch = evaluator_->batch();
  options.repetitions = 1;
  options.rule = config_.quantization.activation_rule;
  options.engine = engine_;
  costs_ = measure_layer_costs(network_.graph(), space_, network_.ranges(), options);
}

void Rehearsal::make_strategy_of_run() {
  const TuningCriterion& tuning = config_.tuning;
  strategy_ = make_strategy(
      {tuning.strategy, config_.accuracy.higher_is_better, tuning.more_bases, tuning.objective,
       costs_, tuning.seed, tuning.limits.max_trials, baseline_.loss.error},
      space_);
}

void Rehearsal::run_trials(const TuningConfig& first, double target) {
  clock_.on_phase(first_trials, events());
  TrialSweeps sweeps(config_, *evaluator_, network_, target, progress_of(clock_));
  (void)sweeps.evaluate(first, *strategy_, {});
  clock_.on_phase(one_trial, events());
  (void)evaluator_->quality_of(network_.quantized(first), progress_of(clock_));
}

void Rehearsal::finish_as_run(const TuningConfig& first) {
  const QuantPlan plan = network_.plan(first);
  if (network_.wants(config_.quantization.sequential_bias_correction)) {
    clock_.on_phase("biases", evaluator_->events().calibration().size());
    (void)with_sequential_bias(network_.graph(), plan, network_.filler(),
                               {evaluator_->events().calibration(), evaluator_->batch(), engine_});
  }
  if (!config_.metric.tensor && config_.report.physics_events > 1) {
    clock_.on_phase(physics_phase, events());
    (void)final_report(config_, fp32_, apply_plan(network_.graph(), plan), {}, progress_of(clock_));
  }
}

}  // namespace caloquant
