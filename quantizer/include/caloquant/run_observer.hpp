#pragma once

#include <caloquant/loss_result.hpp>
#include <caloquant/strategy.hpp>
#include <cstddef>
#include <cstdint>
#include <string>

#pragma GCC visibility push(default)
namespace caloquant {

/// Watches a run and may end it. Every call comes from the thread that began the run; what a call
/// throws ends the run and reaches the caller.
class RunObserver {
 public:
  virtual ~RunObserver() = default;
  /// A phase ("calibrate", "reference", "baseline") of so many events.
  virtual void on_phase(const std::string& /*phase*/, std::int64_t /*events*/) {}
  /// Events done in the present phase or trial.
  virtual void on_events(std::int64_t /*done*/) {}
  /// After the baseline: what the trials have to reach.
  virtual void on_target(const LossResult& /*baseline*/, double /*target*/) {}
  /// A trial begins: its step, what is tried, how many trials there are at most, and its events.
  virtual void on_trial_start(std::size_t /*step*/, const Proposal& /*proposal*/,
                              std::size_t /*at_most*/, std::int64_t /*events*/) {}
  /// After a trial; false ends the search with the best so far.
  virtual bool on_trial(const Trial& /*trial*/) { return true; }
  /// Asked after every batch: true ends the run with the best so far.
  [[nodiscard]] virtual bool interrupted() { return false; }
};

}  // namespace caloquant
#pragma GCC visibility pop
