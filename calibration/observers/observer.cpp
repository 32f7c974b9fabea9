#include "calibration/observers/observer.hpp"

#include <algorithm>
#include <caloquant/error.hpp>
#include <cmath>
#include <utility>

#include "calibration/observers/aciq.hpp"
#include "calibration/observers/automatic.hpp"
#include "calibration/observers/kl.hpp"
#include "calibration/observers/minmax.hpp"
#include "calibration/observers/minmax_headroom.hpp"
#include "calibration/observers/moving_average.hpp"
#include "calibration/observers/mse.hpp"
#include "calibration/observers/percentile.hpp"
#include "ops/core/check.hpp"

namespace caloquant {

Observer::Observer(std::string tensor) : tensor_(std::move(tensor)) {}

void Observer::observe(std::span<const float> values, std::size_t events) {
  CALOQUANT_EXPECT(events >= 1 && values.size() % events == 0);
  if (values.empty()) {
    return;
  }
  const Extremes extremes = extremes_of(values);
  if (extremes.not_finite) {
    const std::size_t index = *extremes.not_finite;
    throw DataError(tensor_,
                    "value " + std::to_string(index) + " seen in calibration is " +
                        (std::isnan(values[index]) ? "not a number" : "infinite"),
                    "calibrate with inputs for which the FP32 model gives finite values");
  }
  take(values, events, extremes);
}

Range Observer::range_of(const ValueDistribution& /*distribution*/) const {
  CALOQUANT_EXPECT(!sees_values());
  return {};
}

ObserverFindings Observer::findings() const {
  return {{{algorithm(), range()}}};
}

std::unique_ptr<Observer> make_observer(RangeAlgorithm algorithm, std::string tensor,
                                        const ObserverOptions& options) {
  const RangeOptions& ranges = options.ranges;
  switch (algorithm) {
    case RangeAlgorithm::minmax:
      return std::make_unique<MinMaxObserver>(std::move(tensor));
    case RangeAlgorithm::minmax_headroom:
      return std::make_unique<MinMaxHeadroomObserver>(std::move(tensor), ranges.headroom);
    case RangeAlgorithm::moving_average:
      return std::make_unique<MovingAverageObserver>(std::move(tensor), ranges.averaging_constant);
    case RangeAlgorithm::percentile:
      return std::make_unique<PercentileObserver>(std::move(tensor), ranges.percentile);
    case RangeAlgorithm::mse:
      return std::make_unique<MseObserver>(std::move(tensor), options.code);
    case RangeAlgorithm::kl:
      return std::make_unique<KlObserver>(std::move(tensor));
    case RangeAlgorithm::aciq:
      return std::make_unique<AciqObserver>(std::move(tensor), ranges.aciq);
    case RangeAlgorithm::automatic:
      return std::make_unique<AutomaticObserver>(std::move(tensor), options);
  }
  CALOQUANT_EXPECT(false);
  return nullptr;
}

Range united(const Range& a, const Range& b) {
  return {std::min(a.low, b.low), std::max(a.high, b.high)};
}

Range clipped(const Range& range, double threshold) {
  const auto end = [threshold](float value) {
    return static_cast<float>(std::clamp(static_cast<double>(value), -threshold, threshold));
  };
  return {end(range.low), end(range.high)};
}

}  // namespace caloquant
