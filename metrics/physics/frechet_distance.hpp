#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "metrics/physics/feature_rows.hpp"
#include "metrics/physics/statistics.hpp"

namespace caloquant {

/// Squared Frechet distance of two samples taken as Gaussian,
///   d^2 = |mean_a - mean_b|^2 + tr(C_a + C_b - 2 (C_a C_b)^(1/2)),  C with 1 / (n - 1).
/// The trace of the root is the sum of the singular values of R_a R_b^T, where R^T R = C: no
/// product of nearly singular matrices is formed. Biased upwards by about K / n. NaN for fewer than
/// two rows in a sample.
[[nodiscard]] double frechet_distance(const FeatureRows& a, const FeatureRows& b);

/// The line y = intercept + slope x that fits best with intercept >= 0 and slope >= 0; the error of
/// the intercept as scipy.optimize.curve_fit gives it. At least three points.
[[nodiscard]] Estimate bounded_intercept(std::span<const double> x, std::span<const double> y);

/// Frechet physics distance (Kansal et al., arXiv:2211.10295; jetnet.evaluation.fpd): features
/// divided by their largest magnitude in `a`, mean d^2 of 20 draws at each of 10 sizes regular in
/// 1 / n, extrapolated to 1 / n = 0. Unlike there, draws are without replacement: drawn with
/// replacement from N events, the distance keeps the bias K / N, which matters below 50,000 events.
struct FrechetPhysicsDistance {
  Estimate distance{};
  std::size_t smallest = 0;  ///< events per draw: 20,000 to 50,000, or N / 5 to N with N < 50,000
  std::size_t largest = 0;
  bool scaled = false;  ///< other sizes than 20,000 to 50,000
};
inline constexpr std::size_t fewest_for_frechet = 100;  ///< events of each sample
/// Where paired, both samples give the rows of the same numbers, so that what the events share
/// cancels and equal samples have the distance 0. Empty with too few rows. Rows must hold no NaN.
[[nodiscard]] std::optional<FrechetPhysicsDistance> frechet_physics_distance(const FeatureRows& a,
                                                                             const FeatureRows& b,
                                                                             bool paired,
                                                                             std::uint64_t seed);

}  // namespace caloquant
