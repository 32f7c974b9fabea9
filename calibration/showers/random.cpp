#include "calibration/showers/random.hpp"

#include <array>
#include <cmath>
#include <cstddef>

namespace caloquant::showers {
namespace {

/// ln k! by Stirling's series, error below 1e-12 from k = 10 on; std::lgamma is not thread-safe.
double ln_factorial(double k) {
  static constexpr std::array<double, 10> small = {0.0,
                                                   0.0,
                                                   0.69314718055994530942,
                                                   1.7917594692280550008,
                                                   3.1780538303479456196,
                                                   4.7874917427820459943,
                                                   6.5792512120101009951,
                                                   8.5251613610654143002,
                                                   10.604602902745250228,
                                                   12.801827480081469611};
  if (k < 10.0) {
    return small.at(static_cast<std::size_t>(k));
  }
  constexpr double half_ln_two_pi = 0.91893853320467274178;
  const double square = k * k;
  return (k + 0.5) * std::log(k) - k + half_ln_two_pi +
         (1.0 / 12.0 - (1.0 / 360.0 - (1.0 / 1260.0 - 1.0 / 1680.0 / square) / square) / square) /
             k;
}

std::int64_t poisson_by_inversion(philox::Stream& random, double mean) {
  const double u = random.uniform();
  double term = std::exp(-mean);
  double sum = term;
  std::int64_t k = 0;
  while (u > sum && term > 0.0) {
    ++k;
    term *= mean / static_cast<double>(k);
    sum += term;
  }
  return k;
}

std::int64_t poisson_by_rejection(philox::Stream& random, double mean) {
  const double ln_mean = std::log(mean);
  const double b = 0.931 + 2.53 * std::sqrt(mean);
  const double a = -0.059 + 0.02483 * b;
  const double inverse_alpha = 1.1239 + 1.1328 / (b - 3.4);
  const double squeeze = 0.9277 - 3.6224 / (b - 2.0);
  while (true) {
    const double u = random.uniform() - 0.5;
    const double v = random.uniform();
    const double edge = 0.5 - std::abs(u);
    const double k = std::floor((2.0 * a / edge + b) * u + mean + 0.43);
    if (edge >= 0.07 && v <= squeeze) {
      return static_cast<std::int64_t>(k);
    }
    if (k < 0.0 || (edge < 0.013 && v > edge)) {
      continue;
    }
    if (std::log(v * inverse_alpha / (a / (edge * edge) + b)) <=
        k * ln_mean - mean - ln_factorial(k)) {
      return static_cast<std::int64_t>(k);
    }
  }
}

}  // namespace

double draw_gamma(philox::Stream& random, double shape, double scale) {
  if (shape <= 0.0) {
    return 0.0;
  }
  double boost = 1.0;
  if (shape < 1.0) {
    boost = std::pow(random.uniform(), 1.0 / shape);
    shape += 1.0;
  }
  const double d = shape - 1.0 / 3.0;
  const double c = 1.0 / std::sqrt(9.0 * d);
  while (true) {
    const double z = random.normal();
    const double root = 1.0 + c * z;
    if (root <= 0.0) {
      continue;
    }
    const double v = root * root * root;
    if (std::log(random.uniform()) < 0.5 * z * z + d - d * v + d * std::log(v)) {
      return scale * boost * d * v;
    }
  }
}

std::int64_t draw_poisson(philox::Stream& random, double mean) {
  return mean < 10.0 ? poisson_by_inversion(random, mean) : poisson_by_rejection(random, mean);
}

}  // namespace caloquant::showers
