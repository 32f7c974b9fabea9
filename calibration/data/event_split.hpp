#pragma once

#include <cstdint>
#include <string>

namespace caloquant {

/// Event numbers [first, last).
struct EventRange {
  std::int64_t first = 0;
  std::int64_t last = 0;

  [[nodiscard]] std::int64_t size() const { return last - first; }
};

/// How many events calibrate, the first ones, and how many evaluate, those behind them.
struct EventSplit {
  std::int64_t calibration = 0;
  std::int64_t evaluation = 0;

  [[nodiscard]] std::int64_t events() const { return calibration + evaluation; }
  [[nodiscard]] EventRange calibrating() const { return {0, calibration}; }
  [[nodiscard]] EventRange evaluating() const { return {calibration, events()}; }
  /// "100 for calibration and 50 for evaluation are wanted"
  [[nodiscard]] std::string text() const {
    return std::to_string(calibration) + " for calibration and " + std::to_string(evaluation) +
           " for evaluation are wanted";
  }
};

}  // namespace caloquant
