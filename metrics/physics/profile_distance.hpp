#pragma once

#include <span>

namespace caloquant {

/// Mean over the central slices [n / 4, n - n / 4) of |a - b| / a, where a > 1e-5 GeV (svalleco/
/// 3Dgan, bmre): relative error of a mean profile, 0 for equal ones. a, b: mean energies per slice
/// [GeV]. NaN when no central slice of a holds energy.
[[nodiscard]] double profile_relative_error(std::span<const double> a, std::span<const double> b);

/// Wasserstein-1 distance of two mean profiles taken as distributions of energy over the slices:
/// how far [slices] energy must be carried, whatever the totals. Slices below 0 count as 0. NaN
/// when a profile holds no energy.
[[nodiscard]] double profile_wasserstein_1(std::span<const double> a, std::span<const double> b);

}  // namespace caloquant
