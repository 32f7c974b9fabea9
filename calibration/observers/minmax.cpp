#include "calibration/observers/minmax.hpp"

#include "calibration/observers/value_distribution.hpp"

namespace caloquant {

void MinMaxObserver::take(std::span<const float> /*values*/, std::size_t /*events*/,
                          const Extremes& extremes) {
  range_ = united(range_, {extremes.low, extremes.high});
}

Range MinMaxObserver::range_of(const ValueDistribution& distribution) const {
  return distribution.extremes();
}

}  // namespace caloquant
