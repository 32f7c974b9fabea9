#pragma once

#include <caloquant/error.hpp>
#include <caloquant/loss_result.hpp>
#include <cstdint>
#include <string>

#include "quantizer/evaluate/evaluator.hpp"
#include "quantizer/tune/loop.hpp"

namespace caloquant {

/// Watches a run and may end it. Every call comes from the thread that called quantize().
class RunObserver {
 public:
  virtual ~RunObserver() = default;
  /// A phase ("calibrate", "reference", "baseline") of so many events.
  virtual void on_phase(const std::string& /*phase*/, std::int64_t /*events*/) {}
  /// Events done in the present phase or trial.
  virtual void on_events(std::int64_t /*done*/) {}
  /// After the baseline: what the trials have to reach.
  virtual void on_target(const LossResult& /*baseline*/, double /*target*/) {}
  virtual void on_trial_start(std::size_t /*step*/, const Proposal& /*proposal*/,
                              std::size_t /*at_most*/, std::int64_t /*events*/) {}
  virtual void on_trial(const Trial& /*trial*/) {}
  /// Asked after every batch: true ends the run with the best so far.
  [[nodiscard]] virtual bool interrupted() { return false; }
};

/// Progress that lets the observer end the run: throws InterruptedError.
[[nodiscard]] inline EventProgress progress_of(RunObserver& observer) {
  return [&observer](std::int64_t done) {
    observer.on_events(done);
    if (observer.interrupted()) {
      throw InterruptedError("run");
    }
  };
}

}  // namespace caloquant
