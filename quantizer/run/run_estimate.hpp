#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "quantizer/measure/phase_clock.hpp"
#include "quantizer/run/dry_run.hpp"
#include "quantizer/run/run_session.hpp"

namespace caloquant {

/// Times a run of few events and ends its search when the first sweep of trials and one further
/// trial have been seen.
class RunClock : public PhaseClock {
 public:
  // Of the search: what the strategy knows ahead, in one sweep; one further configuration.
  static constexpr const char* first_trials = "first trials";
  static constexpr const char* one_trial = "one trial";

  RunClock(std::size_t most_trials, std::function<void(const std::string&)> progress)
      : PhaseClock(std::move(progress)), most_trials_(most_trials) {}

  /// Learns how many trials the first sweep has.
  void expect_sweep(const Strategy& strategy);
  [[nodiscard]] std::size_t sweep() const { return sweep_; }

  void on_trial_start(std::size_t step, const Proposal& proposal, std::size_t at_most,
                      std::int64_t events) override;
  bool on_trial(const Trial& trial) override { return trial.step < sweep_; }

 private:
  std::size_t most_trials_;
  std::size_t sweep_ = 0;
};

/// Makes of a timed run of few events the one of the config.
class RunEstimate {
 public:
  /// `session`: of the config, with all its events; `first_sweep`: trials that are evaluated
  /// together at first. Adds to `plan`.
  RunEstimate(const RunSession& session, std::size_t first_sweep, DryRun& plan)
      : session_(session), first_sweep_(first_sweep), plan_(plan) {}

  void add(const std::string& name, double seconds, std::int64_t events = 0);
  void add_phases(const std::vector<TimedPhase>& phases);

 private:
  [[nodiscard]] std::optional<std::int64_t> events_of(Phase phase) const;
  void add_trials(const std::vector<TimedPhase>& phases);

  const RunSession& session_;
  std::size_t first_sweep_;
  DryRun& plan_;
};

}  // namespace caloquant
