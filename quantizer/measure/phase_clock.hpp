#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "quantizer/evaluate/event_progress.hpp"

namespace caloquant {

/// How long a phase took: a part for itself (compilation, the first batch) and one per event, told
/// apart by the times at which batches were done.
struct TimedPhase {
  std::string name;
  std::optional<Phase> phase{};  ///< none: a part of the search
  std::int64_t events = 0;
  double fixed_seconds = 0.0;
  double seconds_per_event = 0.0;

  [[nodiscard]] double seconds(std::int64_t events) const {
    return fixed_seconds + seconds_per_event * static_cast<double>(events);
  }
};

/// Measures the phases of a run that it observes.
class PhaseClock : public RunObserver {
 public:
  /// `progress` is told every phase, and may throw; `seconds` is a clock [s] that never goes back,
  /// empty: the steady clock.
  explicit PhaseClock(std::function<void(const std::string& phase)> progress = {},
                      std::function<double()> seconds = {});

  /// Ends the phase at hand. One without events is all fixed.
  void on_phase_start(Phase phase, std::int64_t events) override {
    begin(std::string(name_of(phase)), events, phase);
  }
  void on_events(std::int64_t done) override;
  /// Ends the phase at hand and gives all of them, in order.
  [[nodiscard]] std::vector<TimedPhase> finish();

 protected:
  void begin(std::string name, std::int64_t events, std::optional<Phase> phase = {});

 private:
  void end_phase();

  std::function<void(const std::string&)> progress_;
  std::function<double()> seconds_;
  std::vector<TimedPhase> phases_;
  bool running_ = false;
  std::int64_t events_ = 0;
  double begin_ = 0.0;
  struct Tick {
    std::int64_t done = 0;
    double seconds = 0.0;
  };
  Tick first_;
  Tick last_;
};

}  // namespace caloquant
