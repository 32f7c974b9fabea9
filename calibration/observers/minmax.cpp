#include "calibration/observers/minmax.hpp"

#include "ops/core/check.hpp"

namespace caloquant {

void MinMaxObserver::take(std::span<const float> /*values*/, std::size_t /*events*/,
                          const Extremes& extremes) {
  range_ = united(range_, {extremes.low, extremes.high});
}

void MinMaxObserver::merge(const Observer& other) {
  CALOQUANT_EXPECT(other.algorithm() == algorithm());
  range_ = united(range_, static_cast<const MinMaxObserver&>(other).range_);
}

}  // namespace caloquant
