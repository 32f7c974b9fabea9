#include "quantizer/run/run_estimate.hpp"

#include <algorithm>
#include <limits>

namespace caloquant {

void RunClock::expect_sweep(const Strategy& strategy) {
  sweep_ =
      std::min({strategy.known_ahead({}).size(), most_trials_, TrialSweeps::most_shared_trials});
}

void RunClock::on_trial_start(std::size_t step, const Proposal& /*proposal*/,
                              std::size_t /*at_most*/, std::int64_t events) {
  if (step == 0) {
    begin(first_trials, events);
  } else if (step == sweep_) {
    begin(one_trial, events);
  }
}

void RunEstimate::add(const std::string& name, double seconds, std::int64_t events) {
  plan_.phases.push_back({name, events, seconds});
  plan_.most_seconds += seconds;
  plan_.least_seconds += seconds;
}

void RunEstimate::add_phases(const std::vector<TimedPhase>& phases) {
  for (const TimedPhase& timed : phases) {
    if (timed.phase) {
      const std::optional<std::int64_t> events = events_of(*timed.phase);
      add(timed.name, timed.seconds(events.value_or(timed.events)), events.value_or(0));
    } else if (timed.name == RunClock::first_trials) {
      add_trials(phases);
    }
  }
}

/// Events of a phase in the run of the config; none where it takes as long for few events.
std::optional<std::int64_t> RunEstimate::events_of(Phase phase) const {
  const EventSource& events = session_.evaluator().events();
  switch (phase) {
    case Phase::reference:
      return session_.evaluator().reference_events().size();
    case Phase::baseline:
    case Phase::corrections:
    case Phase::evaluate:
    case Phase::confirmation:  // at least
      return events.evaluation().size();
    case Phase::equalize:
    case Phase::calibrate:
    case Phase::statistics:
    case Phase::biases:
      return events.calibration().size();
    case Phase::physics:
      return std::min(events.evaluation().size(),
                      static_cast<std::int64_t>(session_.config().report.physics_events));
    case Phase::layer_costs:
    case Phase::report:
    case Phase::speed:
      return std::nullopt;
  }
  return std::nullopt;
}

void RunEstimate::add_trials(const std::vector<TimedPhase>& phases) {
  const std::int64_t events = session_.evaluator().events().evaluation().size();
  const auto seconds_of = [&](const char* name) {
    const auto found = std::ranges::find(phases, name, &TimedPhase::name);
    return found == phases.end() ? std::numeric_limits<double>::infinity() : found->seconds(events);
  };
  const double sweep = seconds_of(RunClock::first_trials);
  const double each = std::min(seconds_of(RunClock::one_trial),
                               sweep / static_cast<double>(std::max<std::size_t>(first_sweep_, 1)));
  const std::size_t further = plan_.at_most - std::min(first_sweep_, plan_.at_most);
  double trials = sweep + static_cast<double>(further) * each;
  if (const double timeout = session_.config().tuning.limits.timeout; timeout > 0.0) {
    trials = std::max(sweep, std::min(trials, timeout));
  }
  plan_.phases.push_back({"trials", events, trials});
  plan_.most_seconds += trials;
  plan_.least_seconds += sweep;
}

}  // namespace caloquant
