#include "quantizer/search/tune/loop.hpp"

#include <algorithm>
#include <caloquant/error.hpp>
#include <cmath>
#include <iterator>
#include <limits>
#include <utility>

#include "ops/core/check.hpp"
#include "ops/core/clock.hpp"
#include "ops/core/enums.hpp"
#include "quantizer/search/strategy/cost.hpp"
#include "quantizer/search/tune/criterion.hpp"

namespace caloquant {
namespace {

constexpr EnumNames<StopReason> stop_reason_names({{StopReason::target_met, "target_met"},
                                                   {StopReason::exhausted, "exhausted"},
                                                   {StopReason::max_trials, "max_trials"},
                                                   {StopReason::timeout, "timeout"},
                                                   {StopReason::interrupted, "interrupted"},
                                                   {StopReason::callback, "callback"},
                                                   {StopReason::failed, "failed"}});

/// What the best trial is chosen by.
struct Preference {
  bool higher_is_better;
  bool by_layers;  ///< the most quantized layers, whatever they cost
  Objective objective;
  const CostTable& costs;

  /// < 0: `trial` is cheaper, > 0: `other` is.
  [[nodiscard]] int compare_cost(const Trial& trial, const Trial& other) const {
    if (costs.empty()) {
      return 0;
    }
    const double own = amount(cost_of(trial.proposal.config, costs), objective);
    const double others = amount(cost_of(other.proposal.config, costs), objective);
    return same_cost(own, others) ? 0 : own < others ? -1 : 1;
  }
};

/// Both meet the target: is `trial` the one to keep rather than `best`?
bool preferred(const Trial& trial, const Trial& best, const Preference& preference) {
  const bool better_loss = better(trial, best, preference.higher_is_better);
  const bool worse_loss = better(best, trial, preference.higher_is_better);
  if (preference.by_layers) {
    const std::size_t layers = trial.quantized_layers();
    const std::size_t best_layers = best.quantized_layers();
    return layers != best_layers ? layers > best_layers : better_loss;
  }
  const int cost = preference.compare_cost(trial, best);
  if (preference.objective == Objective::accurate) {
    return better_loss || (!worse_loss && cost < 0);
  }
  return cost != 0 ? cost < 0 : better_loss;
}

/// Is `trial` the one to keep rather than `best`?
bool replaces(const Trial& trial, const Trial& best, const Preference& preference) {
  if (trial.target_met != best.target_met) {
    return trial.target_met;
  }
  if (trial.target_met) {
    return preferred(trial, best, preference);
  }
  const std::size_t layers = trial.quantized_layers();
  const std::size_t best_layers = best.quantized_layers();
  if ((layers == 0) != (best_layers == 0)) {
    return layers > 0;
  }
  if (trial.verdict != best.verdict) {
    return trial.verdict < best.verdict;
  }
  const double ratio = worst_ratio(trial.measures);
  const double best_ratio = worst_ratio(best.measures);
  if (ratio != best_ratio) {
    return ratio < best_ratio;
  }
  if (better(trial, best, preference.higher_is_better)) {
    return true;
  }
  return !better(best, trial, preference.higher_is_better) && layers > best_layers;
}

Preference preference_of(const Strategy& strategy, const TuneOptions& options) {
  const bool by_layers = strategy.prefers_most_layers() ||
                         (options.costs.empty() && options.objective != Objective::accurate);
  return {options.criterion.higher_is_better, by_layers, options.objective, options.costs};
}

class Run {
 public:
  Run(const Strategy& strategy, const TuneOptions& options, const TuneCallbacks& callbacks)
      : strategy_(strategy),
        options_(options),
        callbacks_(callbacks),
        start_(now() - options.finished_seconds) {
    result_.baseline = options.baseline;
    result_.target = target_loss(options.criterion, options.baseline);
    for (const Trial& trial : options.finished) {
      expect_same(trial, strategy_.next(result_.trials));
      keep(trial);
    }
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
    if (limits.timeout == 0.0 && result_.target_met && strategy_.stops_at_target()) {
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
      expect_new(*proposal);
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

  void expect_new(const Proposal& proposal) const {
    for (const Trial& trial : result_.trials) {
      if (trial.proposal.config == proposal.config) {
        throw UsageError("strategy '" + std::string(strategy_.name()) + "'",
                         "proposes again what it proposed for step " + std::to_string(trial.step),
                         "next() must give something new, or nothing");
      }
    }
  }

  void expect_same(const Trial& finished, const std::optional<Proposal>& proposal) const {
    if (!proposal || proposal->config != finished.proposal.config) {
      throw UsageError("strategy '" + std::string(strategy_.name()) + "'",
                       "proposes something else than it did for step " +
                           std::to_string(finished.step) + " of the unfinished run",
                       "run without --resume");
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
      trial.events = evaluation.events;
      set_measures(trial, evaluation);
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

  void set_measures(Trial& trial, const Evaluation& evaluation) const {
    const double target = result_.target;
    const std::vector<Measure>& further = evaluation.measures;
    if (evaluation.loss_measure) {
      trial.measures = {*evaluation.loss_measure};
    } else if (options_.error_of) {
      trial.measures = {{"loss", options_.error_of(trial.loss), options_.error_of(target)}};
    } else if (options_.criterion.higher_is_better) {
      const double lost = std::isfinite(trial.loss) ? std::max(result_.baseline - trial.loss, 0.0)
                                                    : std::numeric_limits<double>::quiet_NaN();
      trial.measures = {{"loss", lost, result_.baseline - target}};
    } else {
      trial.measures = {{"loss", trial.loss, target}};
    }
    trial.measures.insert(trial.measures.end(), further.begin(), further.end());
    trial.measures.front().one_sided = true;
    trial.verdict = verdict_of(trial.measures);
    const bool loss_counts =
        evaluation.loss_measure || meets(options_.criterion, trial.loss, target);
    if (trial.stopped_early || !loss_counts) {
      trial.verdict = Verdict::failed;
    }
    trial.target_met = trial.verdict == Verdict::passed && trial.quantized_layers() > 0;
  }

  /// False when on_trial wants the run to end.
  [[nodiscard]] bool record(Trial trial) {
    if (callbacks_.record) {
      callbacks_.record(trial, now() - start_);
    }
    keep(std::move(trial));
    return !callbacks_.on_trial || callbacks_.on_trial(result_.trials.back());
  }

  void keep(Trial trial) {
    result_.trials.push_back(std::move(trial));
    const Trial& last = result_.trials.back();
    if (last.error.empty() && (!result_.best || replaces(last, result_.trials[*result_.best],
                                                         preference_of(strategy_, options_)))) {
      result_.best = last.step;
      result_.target_met = last.target_met;
    }
  }

  const Strategy& strategy_;
  const TuneOptions& options_;
  const TuneCallbacks& callbacks_;
  double start_;
  TuneResult result_;
};

}  // namespace

std::string_view name_of(StopReason reason) noexcept {
  return stop_reason_names[reason];
}

TuneResult tune(const Strategy& strategy, const TuneOptions& options,
                const TuneCallbacks& callbacks) {
  CALOQUANT_EXPECT(callbacks.evaluate != nullptr);
  return Run(strategy, options, callbacks).finish();
}

/// By selection: costs that are equal but for rounding give no order that sorting could rely on.
std::vector<std::size_t> ranked_trials(const Strategy& strategy, const TuneOptions& options,
                                       const History& trials) {
  const Preference preference = preference_of(strategy, options);
  std::vector<std::size_t> left;
  for (std::size_t i = 0; i < trials.size(); ++i) {
    if (trials[i].error.empty()) {
      left.push_back(i);
    }
  }
  std::vector<std::size_t> ranked;
  while (!left.empty()) {
    auto best = left.begin();
    for (auto other = std::next(best); other != left.end(); ++other) {
      best = replaces(trials[*other], trials[*best], preference) ? other : best;
    }
    ranked.push_back(*best);
    left.erase(best);
  }
  return ranked;
}

}  // namespace caloquant
