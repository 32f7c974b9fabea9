#include "quantizer/measure/phase_clock.hpp"

#include <algorithm>
#include <utility>

#include "ops/core/clock.hpp"

namespace caloquant {

PhaseClock::PhaseClock(std::function<void(const std::string&)> progress,
                       std::function<double()> seconds)
    : progress_(std::move(progress)), seconds_(std::move(seconds)) {
  if (!seconds_) {
    seconds_ = steady_seconds;
  }
}

void PhaseClock::begin(std::string name, std::int64_t events, std::optional<Phase> phase) {
  end_phase();
  if (progress_) {
    progress_(name);
  }
  phases_.push_back({std::move(name), phase, events});
  running_ = true;
  events_ = events;
  first_ = {};
  last_ = {};
  begin_ = seconds_();
}

void PhaseClock::on_events(std::int64_t done) {
  last_ = {done, seconds_()};
  if (first_.done == 0) {
    first_ = last_;
  }
}

std::vector<TimedPhase> PhaseClock::finish() {
  end_phase();
  return phases_;
}

void PhaseClock::end_phase() {
  if (!running_) {
    return;
  }
  running_ = false;
  TimedPhase& phase = phases_.back();
  const double all = seconds_() - begin_;
  if (last_.done > first_.done) {
    phase.seconds_per_event =
        (last_.seconds - first_.seconds) / static_cast<double>(last_.done - first_.done);
  } else if (events_ > 0) {
    phase.seconds_per_event = all / static_cast<double>(events_);
  }
  phase.fixed_seconds = std::max(0.0, all - phase.seconds_per_event * static_cast<double>(events_));
}

}  // namespace caloquant
