#include "calibration/observers/aciq.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "ops/core/check.hpp"

namespace caloquant {
namespace {

constexpr int code_bits = 8;

/// The zero of a function that rises from below 0 at `low` to above 0 at `high`.
template <typename Function>
double zero_of(Function&& function, double low, double high) {
  constexpr int halvings = 100;  // more than a double has bits
  for (int i = 0; i < halvings; ++i) {
    const double middle = 0.5 * (low + high);
    (function(middle) < 0.0 ? low : high) = middle;
  }
  return 0.5 * (low + high);
}

double step_term(int bits) {
  return 3.0 * std::exp2(2.0 * static_cast<double>(bits));
}

/// Location and widths of values other than 0.
struct Moments {
  double mean = 0.0;
  double mean_deviation = 0.0;      ///< b of a Laplace distribution
  double standard_deviation = 0.0;  ///< sigma of a normal distribution
};

/// `centred`: about their mean, else about 0.
Moments moments_of(const ValueDistribution& distribution, bool centred) {
  const std::vector<ValueDistribution::Cell> cells = distribution.cells();
  const auto count = static_cast<double>(distribution.nonzeros());
  Moments moments;
  if (centred) {
    for (const ValueDistribution::Cell& cell : cells) {
      moments.mean += static_cast<double>(cell.count) * static_cast<double>(cell.value) / count;
    }
  }
  double variance = 0.0;
  for (const ValueDistribution::Cell& cell : cells) {
    const double deviation = static_cast<double>(cell.value) - moments.mean;
    moments.mean_deviation += static_cast<double>(cell.count) * std::abs(deviation) / count;
    variance += static_cast<double>(cell.count) * deviation * deviation / count;
  }
  moments.standard_deviation = std::sqrt(variance);
  return moments;
}

/// Does a Laplace distribution make the values more likely than a normal one? Their mean
/// logarithmic likelihoods, at the widths that make them largest, are -ln(2 e b) and
/// -ln(sqrt(2 pi e) sigma).
bool laplace_is_likelier(const Moments& moments) {
  return 2.0 * std::numbers::e * moments.mean_deviation <
         std::sqrt(2.0 * std::numbers::pi * std::numbers::e) * moments.standard_deviation;
}

}  // namespace

AciqObserver::AciqObserver(std::string tensor, AciqPrior prior)
    : Observer(std::move(tensor)), prior_(prior) {}

void AciqObserver::take(std::span<const float> values, std::size_t /*events*/,
                        const Extremes& extremes) {
  distribution_.add(values, extremes);
}

Range AciqObserver::range() const {
  return aciq_range(distribution_, prior_);
}

Range aciq_range(const ValueDistribution& distribution, AciqPrior prior) {
  const Range& widest = distribution.extremes();
  if (distribution.nonzeros() == 0) {
    return widest;
  }
  const bool one_sign = widest.low == 0.0F || widest.high == 0.0F;
  const Moments moments = moments_of(distribution, !one_sign);
  const bool laplace =
      prior == AciqPrior::laplace || (prior == AciqPrior::likelier && laplace_is_likelier(moments));
  const int bits = code_bits + (one_sign ? 1 : 0);
  const double alpha = laplace ? aciq_laplace(bits) * moments.mean_deviation
                               : aciq_gauss(bits) * moments.standard_deviation;
  const auto within = [&widest](double end) {
    return static_cast<float>(
        std::clamp(end, static_cast<double>(widest.low), static_cast<double>(widest.high)));
  };
  return {std::min(0.0F, within(moments.mean - alpha)),
          std::max(0.0F, within(moments.mean + alpha))};
}

double aciq_laplace(int bits) {
  CALOQUANT_EXPECT(bits >= 1 && bits <= 16);
  const double steps = step_term(bits);
  return zero_of([steps](double a) { return a - steps * std::exp(-a); }, 0.0, 64.0);
}

double aciq_gauss(int bits) {
  CALOQUANT_EXPECT(bits >= 1 && bits <= 16);
  const double steps = step_term(bits);
  const auto derivative = [steps](double a) {
    return a * std::erfc(a / std::numbers::sqrt2) -
           std::sqrt(2.0 / std::numbers::pi) * std::exp(-0.5 * a * a) + a / steps;
  };
  return zero_of(derivative, 0.0, 64.0);
}

}  // namespace caloquant
