#include "calibration/observers/minmax.hpp"

#include <algorithm>
#include <caloquant/error.hpp>
#include <cmath>
#include <utility>

#include "ops/core/check.hpp"

namespace caloquant {

Range united(const Range& a, const Range& b) {
  return {std::min(a.low, b.low), std::max(a.high, b.high)};
}

Extremes finite_extremes(std::span<const float> values, const std::string& tensor) {
  const Extremes extremes = extremes_of(values);
  if (extremes.not_finite) {
    const std::size_t index = *extremes.not_finite;
    throw DataError(tensor,
                    "value " + std::to_string(index) + " seen in calibration is " +
                        (std::isnan(values[index]) ? "not a number" : "infinite"),
                    "calibrate with inputs for which the FP32 model gives finite values");
  }
  return extremes;
}

MinMaxObserver::MinMaxObserver(std::string tensor) : tensor_(std::move(tensor)) {}

void MinMaxObserver::observe(std::span<const float> values) {
  const Extremes extremes = finite_extremes(values, tensor_);
  range_ = united(range_, {extremes.low, extremes.high});
}

void MinMaxObserver::merge(const Observer& other) {
  CALOQUANT_EXPECT(other.algorithm() == algorithm());
  range_ = united(range_, static_cast<const MinMaxObserver&>(other).range_);
}

}  // namespace caloquant
