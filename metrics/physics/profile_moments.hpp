#pragma once

#include <array>
#include <span>

namespace caloquant {

/// Moments of an energy profile over slices j = 0 ... L - 1 (slice units): M1 = sum j s_j / sum s,
/// M2 and M3 = sum (j - M1)^k s_j / sum s. As in svalleco/3Dgan, get_moments. NaN when the profile
/// holds no energy.
[[nodiscard]] std::array<double, 3> profile_moments(std::span<const double> slices);

/// Shares of the energy in the first, middle and last third of the layers: [0, m), [m, 2m),
/// [2m, L) with m = L / 3 rounded down. NaN when there is no energy.
[[nodiscard]] std::array<double, 3> layer_ratios(std::span<const double> layers);

}  // namespace caloquant
