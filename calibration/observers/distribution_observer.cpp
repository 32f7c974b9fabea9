#include "calibration/observers/distribution_observer.hpp"

namespace caloquant {

void DistributionObserver::take(std::span<const float> values, std::size_t /*events*/,
                                const Extremes& extremes) {
  if (!distribution_) {
    distribution_.emplace();
  }
  distribution_->add(values, extremes);
}

Range DistributionObserver::range() const {
  return distribution_ ? range_of(*distribution_) : Range{};
}

}  // namespace caloquant
