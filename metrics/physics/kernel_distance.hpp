#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "metrics/physics/feature_rows.hpp"
#include "metrics/physics/statistics.hpp"

namespace caloquant {

/// Unbiased estimate of the squared maximum mean discrepancy with the kernel k = (x . y / d + 1)^4
/// on d features (Gretton et al., JMLR 13, 2012): 0 on average for equal distributions, so it may
/// be negative. Where paired (equally many rows), k(a_i, b_i) is left out like k(a_i, a_i): what an
/// event has in common with itself says nothing, and equal samples then have 0. NaN for fewer than
/// two rows in a sample.
[[nodiscard]] double kernel_discrepancy(const FeatureRows& a, const FeatureRows& b, bool paired);

/// Kernel physics distance (Kansal et al., arXiv:2211.10295; jetnet.evaluation.kpd): features
/// divided by their largest magnitude in `a`, median of the discrepancy over 10 batches, error half
/// the distance of the 16.275 and 83.725 % quantiles. Unlike there, batches are disjoint: an event
/// drawn twice from N adds 2 / N of the kernel's spread, which matters with few events.
struct KernelPhysicsDistance {
  Estimate distance{};
  std::size_t batch = 0;  ///< events per batch: 5,000, or N / 10 with N < 50,000
  bool scaled = false;    ///< fewer than 5,000
};
inline constexpr std::size_t fewest_for_kernel = 100;  ///< events of each sample
/// Empty with too few rows. Rows must hold no NaN.
[[nodiscard]] std::optional<KernelPhysicsDistance> kernel_physics_distance(const FeatureRows& a,
                                                                           const FeatureRows& b,
                                                                           bool paired,
                                                                           std::uint64_t seed);

/// Quantile of sorted values with linear interpolation, as numpy.quantile. At least one value.
[[nodiscard]] double quantile(std::span<const double> sorted, double share);

}  // namespace caloquant
