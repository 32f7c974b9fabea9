#pragma once

#include <span>

namespace caloquant {

/// Wasserstein-1 distance of two distributions on a line, the integral of |F_a - F_b|, in the units
/// of the values: how far probability must be carried. Empty weights: all equal; else one weight
/// >= 0 per value with a positive, finite sum. As scipy.stats.wasserstein_distance. NaN when a
/// sample is empty or holds a NaN.
[[nodiscard]] double wasserstein_1(std::span<const double> a, std::span<const double> b,
                                   std::span<const double> weights_a = {},
                                   std::span<const double> weights_b = {});

/// Kolmogorov-Smirnov distance, the largest |F_a - F_b|, in [0, 1]. NaN when a sample is empty or
/// holds a NaN.
[[nodiscard]] double kolmogorov_smirnov(std::span<const double> a, std::span<const double> b);

}  // namespace caloquant
