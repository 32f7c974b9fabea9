#include "calibration/observers/minmax_headroom.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "ops/core/check.hpp"

namespace caloquant {

MinMaxHeadroomObserver::MinMaxHeadroomObserver(std::string tensor, double factor)
    : Observer(std::move(tensor)), factor_(factor) {
  CALOQUANT_EXPECT(factor >= 1.0);
}

void MinMaxHeadroomObserver::take(std::span<const float> /*values*/, std::size_t /*events*/,
                                  const Extremes& extremes) {
  seen_ = united(seen_, {extremes.low, extremes.high});
}

Range MinMaxHeadroomObserver::range() const {
  return with_headroom(seen_, factor_);
}

Range with_headroom(const Range& range, double factor) {
  constexpr auto most = static_cast<double>(std::numeric_limits<float>::max());
  const auto end = [=](float value) {
    return static_cast<float>(std::clamp(factor * static_cast<double>(value), -most, most));
  };
  return {end(range.low), end(range.high)};
}

}  // namespace caloquant
