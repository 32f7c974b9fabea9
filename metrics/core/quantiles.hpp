#pragma once

namespace caloquant {

/// z with P(Z > z) = tail for a standard normal Z; 0 < tail < 1.
[[nodiscard]] double normal_quantile(double tail);

/// t with P(T > t) = tail for Student's T with `freedom` > 0 degrees; 0 < tail < 1. Relative error
/// below 1e-5 (tests/metrics/core/quantiles.test.cpp).
[[nodiscard]] double student_quantile(double tail, double freedom);

}  // namespace caloquant
