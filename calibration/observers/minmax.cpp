#include "calibration/observers/minmax.hpp"

namespace caloquant {

void MinMaxObserver::take(std::span<const float> /*values*/, std::size_t /*events*/,
                          const Extremes& extremes) {
  range_ = united(range_, {extremes.low, extremes.high});
}

}  // namespace caloquant
