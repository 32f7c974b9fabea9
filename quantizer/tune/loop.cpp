#include "quantizer/tune/loop.hpp"

#include <algorithm>
#include <caloquant/error.hpp>
#include <chrono>
#include <utility>

#include "ops/core/check.hpp"
#include "quantizer/tune/criterion.hpp"

namespace caloquant {
namespace {

double steady_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// Is `trial` the one to keep rather than `best`?
bool replaces(const Trial& trial, const Trial& best, bool higher_is_better) {
  if (trial.target_met != best.target_met) {
    return trial.target_met;
  }
  const std::size_t layers = trial.quantized_layers();
  const std::size_t best_layers = best.quantized_layers();
  if (trial.target_met && layers != best_layers) {
    return layers > best_layers;
  }
  if ((layers == 0) != (best_layers == 0)) {
    return layers > 0;
  }
  if (better(trial, best, higher_is_better)) {
    return true;
  }
  return !better(best, trial, higher_is_better) && layers > best_layers;
}

class Run {
 public:
  Run(const Strategy& strategy, const TuneOptions& options, const TuneCallbacks& callbacks,
      Journal* journal)
      : strategy_(strategy),
        options_(options),
        callbacks_(callbacks),
        journal_(journal),
        start_(now()) {
    result_.baseline = options.baseline;
    result_.target = target_loss(options.criterion, options.baseline);
  }

  TuneResult finish() {
    result_.reason = search();
    result_.seconds = now() - start_;
    return std::move(result_);
  }

 private:
  [[nodiscard]] double now() const {
    return callbacks_.seconds ? callbacks_.seconds() : steady_seconds();
  }

  [[nodiscard]] bool interrupted() const {
    return callbacks_.interrupted && callbacks_.interrupted();
  }

  [[nodiscard]] std::optional<StopReason> limit_reached() const {
    const TuningLimits& limits = options_.limits;
    if (interrupted()) {
      return StopReason::interrupted;
    }
    if (limits.timeout == 0.0 && result_.target_met) {
      return StopReason::target_met;
    }
    if (result_.trials.size() >= limits.max_trials) {
      return StopReason::max_trials;
    }
    if (limits.timeout > 0.0 && now() - start_ >= limits.timeout) {
      return StopReason::timeout;
    }
    return std::nullopt;
  }

  StopReason search() {
    while (true) {
      if (const auto reason = limit_reached()) {
        return *reason;
      }
      auto proposal = strategy_.next(result_.trials);
      if (!proposal) {
        return StopReason::exhausted;
      }
      CALOQUANT_EXPECT(std::ranges::none_of(result_.trials, [&](const Trial& trial) {
        return trial.proposal.config == proposal->config;
      }));
      Trial trial;
      trial.step = result_.trials.size();
      trial.proposal = std::move(*proposal);
      if (!evaluate(trial)) {
        return StopReason::interrupted;
      }
      if (!record(std::move(trial))) {
        return StopReason::callback;
      }
    }
  }

  /// False when the evaluation was interrupted: then there is no trial.
  [[nodiscard]] bool evaluate(Trial& trial) const {
    if (callbacks_.on_start) {
      const std::size_t at_most =
          result_.trials.size() + strategy_.remaining_at_most(result_.trials);
      callbacks_.on_start(trial.step, trial.proposal,
                          std::min(at_most, options_.limits.max_trials));
    }
    const double begin = now();
    std::optional<double> share;
    try {
      const Evaluation evaluation = callbacks_.evaluate(trial.proposal.config);
      trial.loss = evaluation.loss;
      share = evaluation.seconds;
      trial.standard_error = evaluation.standard_error;
      trial.stopped_early = evaluation.stopped_early;
      trial.target_met = !trial.stopped_early && trial.quantized_layers() > 0 &&
                         meets(options_.criterion, trial.loss, result_.target);
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::interrupted) {
        return false;
      }
      if (error.kind() != ErrorKind::backend) {
        throw;
      }
      trial.error = error.what();
    }
    trial.seconds = share.value_or(now() - begin);
    return true;
  }

  /// False when on_trial wants the run to end.
  [[nodiscard]] bool record(Trial trial) {
    if (journal_ != nullptr) {
      journal_->append(trial);
    }
    result_.trials.push_back(std::move(trial));
    const Trial& last = result_.trials.back();
    if (last.error.empty() && (!result_.best || replaces(last, result_.trials[*result_.best],
                                                         options_.criterion.higher_is_better))) {
      result_.best = last.step;
      result_.target_met = last.target_met;
    }
    return !callbacks_.on_trial || callbacks_.on_trial(last);
  }

  const Strategy& strategy_;
  const TuneOptions& options_;
  const TuneCallbacks& callbacks_;
  Journal* journal_;
  double start_;
  TuneResult result_;
};

}  // namespace

std::string_view name_of(StopReason reason) noexcept {
  switch (reason) {
    case StopReason::target_met:
      return "target_met";
    case StopReason::exhausted:
      return "exhausted";
    case StopReason::max_trials:
      return "max_trials";
    case StopReason::timeout:
      return "timeout";
    case StopReason::interrupted:
      return "interrupted";
    case StopReason::callback:
      return "callback";
  }
  return "?";
}

TuneResult tune(const Strategy& strategy, const TuneOptions& options,
                const TuneCallbacks& callbacks, Journal* journal) {
  CALOQUANT_EXPECT(callbacks.evaluate != nullptr);
  return Run(strategy, options, callbacks, journal).finish();
}

}  // namespace caloquant
