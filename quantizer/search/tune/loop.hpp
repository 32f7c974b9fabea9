#pragma once

#include <caloquant/config.hpp>
#include <caloquant/strategy.hpp>
#include <caloquant/tune_result.hpp>
#include <cstddef>
#include <functional>
#include <limits>
#include <optional>
#include <vector>

namespace caloquant {

/// The loss of one configuration.
struct Evaluation {
  double loss = 0.0;
  double standard_error = std::numeric_limits<double>::quiet_NaN();
  /// Share of the wall time of a sweep over several configurations [s]; empty: as long as it took.
  std::optional<double> seconds{};
  bool stopped_early = false;  ///< beyond doubt too bad after a part of the events
  /// Criteria beside the loss; the loop puts the loss before them.
  std::vector<Measure> measures{};
  /// The loss with its bounds; empty: the measured loss counts.
  std::optional<Measure> loss_measure{};
  std::size_t events = 0;  ///< that were seen
};

/// What the loop calls. Only `evaluate` is required.
struct TuneCallbacks {
  /// Quantizes by the configuration and measures. An Error of kind backend makes the trial a failed
  /// one; kind interrupted ends the run; every other exception goes through to the caller of
  /// tune().
  std::function<Evaluation(const TuningConfig&)> evaluate;
  /// Before an evaluation: the step, what is tried, and the most trials there can be in the end.
  std::function<void(std::size_t step, const Proposal& proposal, std::size_t at_most)> on_start;
  /// After a trial is recorded; false ends the run.
  std::function<bool(const Trial&)> on_trial;
  /// Asked before and after each trial (a signal handler's flag).
  std::function<bool()> interrupted;
  /// A clock [s] that never goes back; the steady clock when empty.
  std::function<double()> seconds;
  /// Puts a trial on the disk, before anything is told of it. `elapsed`: of the search [s].
  std::function<void(const Trial&, double elapsed)> record{};
};

struct TuneOptions {
  AccuracyCriterion criterion;
  TuningLimits limits;
  double baseline = 0.0;  ///< loss of the FP32 model
  Objective objective = Objective::fastest;
  CostTable costs{};  ///< empty: nothing is known of times and bytes
  /// Makes of a loss what adds up over layers (LossResult::error); empty: the loss itself, or when
  /// higher is better what it lost against the baseline.
  std::function<double(double)> error_of{};
  /// Trials of the same search before it was broken off, and how long they took [s]: the search
  /// goes on behind them. None of them is recorded or told again.
  History finished{};
  double finished_seconds = 0.0;
};

/// Evaluates what the strategy proposes until a limit. With timeout 0 a strategy that stops at the
/// target does so at the first configuration that meets it, others come to their end; with a
/// timeout [s] the search goes on until the time is over (a trial that has begun is finished).
///
/// A trial meets the target when its loss and all further measures have passed and it has a
/// quantized layer. Finished trials must be what the strategy proposes (else a UsageError).
/// Trial::measures begins with the error of the loss (TuneOptions::error_of).
///
/// The best trial: one that meets the target before one that does not. Among those that meet it:
///  - a strategy that prefers most layers, or no cost table (unless accurate): the most quantized
///    layers, then the better loss;
///  - fastest, smallest: the least milliseconds or bytes by the table, then the better loss;
///  - accurate: the better loss, then the least milliseconds where there is a table.
/// Among those that do not meet it, one with a quantized layer before one without, an undecided one
/// before a failed one, then the one whose worst measure is nearer to its limit, then the better
/// loss, then more quantized layers. Of equal ones the earlier.
[[nodiscard]] TuneResult tune(const Strategy& strategy, const TuneOptions& options,
                              const TuneCallbacks& callbacks);

/// The trials that gave a loss, in the order in which tune() would take them as the best.
[[nodiscard]] std::vector<std::size_t> ranked_trials(const Strategy& strategy,
                                                     const TuneOptions& options,
                                                     const History& trials);

}  // namespace caloquant
