#pragma once

#include <caloquant/qparams.hpp>
#include <span>

#include "calibration/observers/value_distribution.hpp"

namespace caloquant {

/// What one tensor loses when it is stored as integers.
struct LocalError {
  double noise = 0.0;   ///< mean squared error over the variance of the values
  double energy = 0.0;  ///< squared relative error of the sum of the positive values

  /// What `automatic` compares. The energy term is there because a clipped shower core is a few
  /// cells of many, but much of the sum.
  [[nodiscard]] double total() const noexcept { return noise + energy; }
};

/// Sum of squared errors of `cells` in the code, with the rounding of ops/core/qmath.
[[nodiscard]] double squared_error(std::span<const ValueDistribution::Cell> cells,
                                   const QuantParams& code);

/// Error of a code on the values of a distribution, exact zeros included. A tensor of equal values
/// has no variance: its error is relative to their square. Without positive values there is no
/// error of energy.
[[nodiscard]] LocalError local_error(const ValueDistribution& distribution,
                                     const QuantParams& code);

}  // namespace caloquant
