#include "metrics/core/quantiles.hpp"

#include <cmath>
#include <initializer_list>
#include <numbers>

#include "ops/core/check.hpp"

namespace caloquant {
namespace {

double normal_tail(double z) {
  return 0.5 * std::erfc(z / std::numbers::sqrt2);
}

/// Where a falling function of x crosses `value`, between two points on either side.
template <typename Function>
double crossing(Function&& function, double value, double low, double high) {
  for (int step = 0; step < 200 && low < high; ++step) {
    const double middle = 0.5 * (low + high);
    if (middle <= low || middle >= high) {
      break;
    }
    (function(middle) > value ? low : high) = middle;
  }
  return 0.5 * (low + high);
}

/// Continued fraction of the incomplete beta function (Lentz's method; DLMF 8.17.22).
double beta_fraction(double a, double b, double x) {
  constexpr double tiny = 1e-300;
  constexpr int most_terms = 500;
  double c = 1.0;
  double d = 1.0 / std::fmax(std::abs(1.0 - (a + b) * x / (a + 1.0)), tiny);
  double result = d;
  for (int m = 1; m <= most_terms; ++m) {
    const double even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
    const double odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
    double change = 1.0;
    for (const double term : {even, odd}) {
      d = 1.0 + term * d;
      c = 1.0 + term / c;
      d = 1.0 / (std::abs(d) < tiny ? tiny : d);
      c = std::abs(c) < tiny ? tiny : c;
      change = c * d;
      result *= change;
    }
    if (std::abs(change - 1.0) < 1e-15) {
      break;
    }
  }
  return result;
}

/// The regularised incomplete beta function I_x(a, b) (DLMF 8.17).
double incomplete_beta(double a, double b, double x) {
  const double front = std::exp(std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b) +
                                a * std::log(x) + b * std::log1p(-x));
  return x < (a + 1.0) / (a + b + 2.0) ? front * beta_fraction(a, b, x) / a
                                       : 1.0 - front * beta_fraction(b, a, 1.0 - x) / b;
}

/// P(T > t), t > 0.
double student_tail(double t, double freedom) {
  return 0.5 * incomplete_beta(0.5 * freedom, 0.5, freedom / (freedom + t * t));
}

}  // namespace

double normal_quantile(double tail) {
  CALOQUANT_EXPECT(tail > 0.0 && tail < 1.0);
  return crossing(normal_tail, tail, -40.0, 40.0);
}

double student_quantile(double tail, double freedom) {
  CALOQUANT_EXPECT(tail > 0.0 && tail < 1.0 && freedom > 0.0);
  if (tail == 0.5) {
    return 0.0;
  }
  if (tail > 0.5) {
    return -student_quantile(1.0 - tail, freedom);
  }
  double high = 2.0;
  while (student_tail(high, freedom) > tail && high < 1e12) {
    high *= 2.0;
  }
  return crossing([freedom](double t) { return student_tail(t, freedom); }, tail, 0.0, high);
}

}  // namespace caloquant
