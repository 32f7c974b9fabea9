#pragma once

#include <cstdint>

#include "ops/core/philox.hpp"

/// Draws from distributions, own code because those of the standard library differ between
/// implementations.
namespace caloquant::showers {

/// Gamma with mean shape * scale and variance shape * scale^2; 0 for shape 0. Marsaglia & Tsang,
/// ACM TOMS 26 (2000) 363, with their boost for shape < 1.
[[nodiscard]] double draw_gamma(philox::Stream& random, double shape, double scale);

/// Poisson, mean >= 0. Inversion below a mean of 10, else PTRS of Hormann, Insurance: Mathematics
/// and Economics 12 (1993) 39.
[[nodiscard]] std::int64_t draw_poisson(philox::Stream& random, double mean);

/// A point (a, b), flat in the unit disc without its centre; square = a^2 + b^2 in (0, 1). Then
/// square is uniform in (0, 1) and independent of the direction, which is flat.
struct DiscPoint {
  double a;
  double b;
  double square;
};
[[nodiscard]] inline DiscPoint draw_in_disc(philox::Stream& random) {
  while (true) {
    const double a = 2.0 * random.uniform() - 1.0;
    const double b = 2.0 * random.uniform() - 1.0;
    const double square = a * a + b * b;
    if (square < 1.0) {  // never 0: uniform() does not give 1/2
      return {a, b, square};
    }
  }
}

}  // namespace caloquant::showers
