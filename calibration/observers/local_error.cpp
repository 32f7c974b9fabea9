#include "calibration/observers/local_error.hpp"

#include <algorithm>
#include <cmath>

#include "ops/core/qmath.hpp"

namespace caloquant {
namespace {

double coded(float value, const QuantParams& code) {
  return static_cast<double>(dequantize(quantize(value, code), code));
}

/// Sums over the values: of themselves, their squares, and the positive ones before and after.
struct Sums {
  double count = 0.0;
  double value = 0.0;
  double square = 0.0;
  double positive = 0.0;
  double positive_coded = 0.0;
};

Sums sums_of(std::span<const ValueDistribution::Cell> cells, const QuantParams& code) {
  Sums sums;
  for (const ValueDistribution::Cell& cell : cells) {
    const auto count = static_cast<double>(cell.count);
    const auto value = static_cast<double>(cell.value);
    sums.count += count;
    sums.value += count * value;
    sums.square += count * value * value;
    sums.positive += count * std::max(0.0, value);
    sums.positive_coded += count * std::max(0.0, coded(cell.value, code));
  }
  return sums;
}

}  // namespace

double squared_error(std::span<const ValueDistribution::Cell> cells, const QuantParams& code) {
  double sum = 0.0;
  for (const ValueDistribution::Cell& cell : cells) {
    const double error = coded(cell.value, code) - static_cast<double>(cell.value);
    sum += static_cast<double>(cell.count) * error * error;
  }
  return sum;
}

LocalError local_error(const ValueDistribution& distribution, const QuantParams& code) {
  const std::vector<ValueDistribution::Cell> cells = distribution.cells();
  const Sums sums = sums_of(cells, code);
  LocalError error;
  if (sums.square > 0.0) {
    const double values = sums.count + static_cast<double>(distribution.zeros());
    const double scatter = sums.square - sums.value * sums.value / values;
    // What is left of equal values is rounding.
    constexpr double rounding = 1e-12;
    error.noise =
        squared_error(cells, code) / (scatter > rounding * sums.square ? scatter : sums.square);
  }
  if (sums.positive > 0.0) {
    const double response = sums.positive_coded / sums.positive - 1.0;
    error.energy = response * response;
  }
  return error;
}

}  // namespace caloquant
