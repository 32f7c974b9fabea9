#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#pragma GCC visibility push(default)
namespace caloquant {

/// What a metric says of a sample of outputs, whatever the metric.
struct LossResult {
  double value = 0.0;  ///< of the metric; NaN if any output was not finite
  /// Jackknife over blocks of events; empty where there is none.
  std::optional<double> standard_error;
  /// The value as an error: lower is better, 0 for what cannot be told from the reference, and that
  /// of several layers adds up to first order. The value itself where lower is better.
  double error = 0.0;
  double dead_output = 0.0;          ///< value of an all-zero output against the same reference
  double dead_error = 0.0;           ///< and its error
  double relative_to_dead = 0.0;     ///< error / dead_error; NaN if that is 0
  std::size_t events = 0;            ///< that were compared
  std::vector<std::string> suspect;  ///< why the value must not be trusted; empty: trusted
  /// What the standard error is made of: for each sample of which blocks of events are left out,
  /// the value without each block. Those of two models on the same events correspond, and give the
  /// error of a difference.
  std::vector<std::vector<double>> without_block{};
};

}  // namespace caloquant
#pragma GCC visibility pop
