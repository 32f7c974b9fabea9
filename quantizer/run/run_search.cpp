// RunSession: from the prepared network to the plan of the best trial.

#include <algorithm>
#include <caloquant/error.hpp>

#include "graph/io/native/native_format.hpp"
#include "ops/core/check.hpp"
#include "quantizer/evaluate/event_progress.hpp"
#include "quantizer/measure/layer_costs.hpp"
#include "quantizer/plan/sequential_bias.hpp"
#include "quantizer/run/choose_corrections.hpp"
#include "quantizer/run/run_session.hpp"
#include "quantizer/search/space/possible.hpp"
#include "quantizer/search/tune/layer_report.hpp"
#include "quantizer/search/tune/loop.hpp"
#include "quantizer/search/tune/weight_only_dense.hpp"

namespace caloquant {

StrategyOptions RunSession::strategy_options() const {
  const TuningCriterion& tuning = config_.tuning;
  return {tuning.strategy,
          config_.accuracy.higher_is_better,
          tuning.more_bases,
          tuning.objective,
          costs_,
          tuning.seed,
          tuning.limits.max_trials,
          result_.baseline.loss.error,
          evaluator_->has_fresh_events() ? evaluator_->most_events() : 0,
          network_->fits_plans()};
}

const Strategy& RunSession::strategy() {
  prepare();
  if (!strategy_) {
    recorded([&] {
      strategy_ = parts_.strategy ? parts_.strategy(strategy_options(), *space_)
                                  : make_strategy(strategy_options(), *space_);
      if (!strategy_) {
        throw UsageError("RunParts::strategy", "made no strategy", "return an object of Strategy");
      }
    });
  }
  return *strategy_;
}

void RunSession::search() {
  const Strategy& strategy = this->strategy();
  // Of an earlier search nothing stays.
  searched_ = false;
  finished_ = false;
  result_.error.clear();
  result_.final_quality.reset();
  result_.confirmation.reset();
  result_.response_fit.reset();
  result_.speedup.reset();
  result_.corrections = network_->corrections_tried();
  result_.tuning = {};
  recorded([&] { search_with(strategy); });
  search_ended_by_ = result_.tuning.reason;
  result_.layers = report_layers(*space_, result_.tuning);
  searched_ = true;
}

void RunSession::search_with(const Strategy& strategy) {
  sweeps_ = std::make_unique<TrialSweeps>(config_, *evaluator_, *network_, judged_by(),
                                          progress_of(observer_));
  TuneOptions options = tune_options();
  take_finished_trials(options);
  open_journals();
  TuneResult found = tune(strategy, options, tune_callbacks(strategy));
  result_.tuning = std::move(found);
}

TuneCallbacks RunSession::tune_callbacks(const Strategy& strategy) {
  History& history = result_.tuning.trials;  // stays where an exception ends the search
  TuneCallbacks callbacks;
  callbacks.evaluate = [this, &strategy, &history](const TuningConfig& config) {
    require_possible(config, *space_, "the strategy");
    return sweeps_->evaluate(config, strategy, history);
  };
  callbacks.on_start = [this](std::size_t step, const Proposal& proposal, std::size_t at_most) {
    observer_.on_trial_start(step, proposal, at_most, evaluator_->events().evaluation().size());
  };
  callbacks.record = [this](const Trial& trial, double elapsed) { record_trial(trial, elapsed); };
  callbacks.on_trial = [this, &history](const Trial& trial) {
    history.push_back(trial);
    return observer_.on_trial(trial);
  };
  callbacks.interrupted = [this] { return observer_.interrupted(); };
  return callbacks;
}

TuneOptions RunSession::tune_options() const {
  return {config_.accuracy,
          config_.tuning.limits,
          result_.baseline.loss.value,
          config_.tuning.objective,
          costs_,
          [this](double loss) { return evaluator_->error_of(loss); }};
}

void RunSession::finish() {
  if (!searched_) {
    search();
  }
  if (finished_) {
    return;
  }
  const TuneResult& tuning = result_.tuning;
  if (!tuning.best) {
    result_.error =
        tuning.trials.empty() ? "no configuration was tried" : tuning.trials.back().error;
  } else {
    recorded([&] {
      settle();
      compare_speed();
    });
  }
  finished_ = true;
  save_kernels();
}

/// The best trial that also passes on events which no trial has seen. One that passed in the search
/// by chance gives way to the next; one that was undecided may pass here. Where none does, the best
/// of the search is kept, and the target is not met.
void RunSession::settle() {
  constexpr std::size_t most_candidates = 6;
  TuneResult& tuning = result_.tuning;
  const bool confirms = evaluator_->has_fresh_events();
  std::size_t tried = 0;
  if (confirms) {
    for (const std::size_t index : ranked_trials(*strategy_, tune_options(), tuning.trials)) {
      const Trial& trial = tuning.trials[index];
      if (trial.verdict == Verdict::failed || trial.quantized_layers() == 0 ||
          tried == most_candidates || is_interrupted()) {
        break;
      }
      ++tried;
      take(trial);
      if (confirm()) {
        tuning.best = index;
        tuning.target_met = true;
        return;
      }
    }
    tuning.target_met = false;
  }
  if (tried != 1) {
    take(tuning.trials[*tuning.best]);
    if (confirms) {
      result_.confirmation.reset();
    }
  }
}

/// Measured, since sums of layer costs leave out what layers do to one another; by the costs where
/// they are given, and the machine may be another one.
void RunSession::compare_speed() {
  const TuneResult& tuning = result_.tuning;
  if (!traits_.wants_layer_costs || config_.tuning.objective != Objective::fastest ||
      !tuning.target_met) {
    return;
  }
  if (!config_.tuning.layer_costs.empty()) {
    result_.speedup = speedup_of_costs(tuning.trials[*tuning.best].proposal.config, costs_);
    return;
  }
  SpeedupOptions options;
  options.batch = batch_for(evaluator_->batch(), evaluator_->events().evaluation());
  options.engine = engine_;
  options.between = [this] { check_interruption(observer_); };
  unless_interrupted([&] {
    observer_.on_phase_start(Phase::speed, 1);
    result_.speedup = measured_speedup(model_.graph, final_, options);
  });
}

bool RunSession::confirm() {
  result_.confirmation.reset();
  const bool judged = unless_interrupted([&] {
    observer_.on_phase_start(Phase::confirmation,
                             static_cast<std::int64_t>(evaluator_->most_events()));
    result_.confirmation = evaluator_
                               ->judged({final_}, judged_by(), EventUse::confirmation,
                                        evaluator_->most_events(), progress_of(observer_))
                               .front();
  });
  return judged && result_.confirmation->verdict() == Verdict::passed &&
         result_.final_quality->verdict() != Verdict::failed;
}

/// After an interruption what is known of the trial has to do.
void RunSession::take(const Trial& best) {
  result_.corrections = network_->corrections_tried();
  result_.plan = network_->plan(best.proposal.config);
  result_.final_quality = sweeps_->quality_of(best.proposal.config);
  if (best.stopped_early) {
    unless_interrupted(
        [&] { result_.final_quality = final_quality_of(network_->quantized(result_.plan)); });
  }
  if (const ResponseFit* fit = network_->response_fit(best.proposal.config)) {
    result_.response_fit = *fit;
    result_.corrections.push_back({.equalization = !result_.equalized.empty(),
                                   .bias_correction = network_->corrections().bias,
                                   .weight_reconstruction = network_->corrections().reconstruct,
                                   .response_fit = true,
                                   .loss = result_.final_quality->loss.value,
                                   .kept = fit->unchanged.empty()});
  }
  correct_final_biases(best);
  final_ = network_->quantized(result_.plan);
  report_weight_only_dense(result_.layers, network_->weight_only_dense());
  name_kernels();
}

ModelQuality RunSession::final_quality_of(const Graph& graph) {
  observer_.on_phase_start(Phase::evaluate, evaluator_->events().evaluation().size());
  const EventProgress progress = progress_of(observer_);
  const Target target = judged_by();
  return std::move(evaluator_->has_fresh_events()
                       ? evaluator_->judged({graph}, target, EventUse::search,
                                            evaluator_->most_events(), progress)
                       : evaluator_->measured({graph}, target, progress))
      .front();
}

/// Keeps corrected biases where they lower the loss and nothing else gets out of its limits. Biases
/// that were fitted to the response stay as they are.
void RunSession::correct_final_biases(const Trial& best) {
  const bool fitted = result_.response_fit && result_.response_fit->unchanged.empty();
  if (!network_->wants(config_.quantization.sequential_bias_correction) || fitted) {
    return;
  }
  QuantPlan corrected;
  ModelQuality quality;
  const bool corrects = unless_interrupted([&] {
    const EventRange events = evaluator_->events().calibration();
    observer_.on_phase_start(Phase::biases, events.size());
    corrected = with_sequential_bias(network_->graph(), result_.plan, network_->filler(),
                                     {events, evaluator_->batch(), engine_,
                                      [this](std::int64_t) { check_interruption(observer_); }});
    quality = final_quality_of(network_->quantized(corrected));
  });
  if (!corrects) {
    return;
  }
  const bool within = quality.verdict() == Verdict::passed;
  const bool kept =
      quality.loss.error < result_.final_quality->loss.error && (within || !best.target_met);
  result_.corrections.push_back({.equalization = !result_.equalized.empty(),
                                 .bias_correction = network_->corrections().bias,
                                 .weight_reconstruction = network_->corrections().reconstruct,
                                 .sequential_bias_correction = true,
                                 .loss = quality.loss.value,
                                 .kept = kept});
  if (kept) {
    result_.plan = std::move(corrected);
    result_.final_quality = quality;
  }
}

void RunSession::name_kernels() {
  result_.implementations.clear();
  for (const StepInfo& step : compile_engine(final_, 1, engine_)->steps()) {
    const Node* node = final_.find(step.layer);
    if (node != nullptr && is_quantizable(node->op)) {
      result_.implementations[step.layer] = step.implementation;
    }
  }
}

}  // namespace caloquant
