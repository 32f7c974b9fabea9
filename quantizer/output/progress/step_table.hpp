#pragma once

#include <caloquant/strategy.hpp>
#include <string>

#include "quantizer/output/progress/text_style.hpp"

namespace caloquant {

/// The table of the steps, for a terminal of 80 columns: step, what was tried, quantized layers,
/// loss, its standard error, the loss over that of a dead output, events, verdict, seconds.
class StepTable {
 public:
  /// `dead_error`: error of an all-zero output, the unit of the column L/dead. `style` paints
  /// the verdict.
  explicit StepTable(double dead_error, TextStyle style = {})
      : dead_error_(dead_error), style_(style) {}

  /// Two lines, with their ends.
  [[nodiscard]] static std::string header();
  /// A line with its end, or more where "tried" or an error is long: nothing is cut. A failed trial
  /// shows its error in place of the loss.
  [[nodiscard]] std::string row(const Trial& trial) const;
  [[nodiscard]] std::string whole(const History& history) const;

 private:
  double dead_error_;
  TextStyle style_;
};

}  // namespace caloquant
