#pragma once

#include <optional>
#include <string>
#include <utility>

#include "calibration/observers/observer.hpp"
#include "calibration/observers/value_distribution.hpp"

namespace caloquant {

/// An observer to which the distribution of the values says all. One that is only asked range_of()
/// takes no memory for values.
class DistributionObserver : public Observer {
 public:
  [[nodiscard]] bool sees_values() const noexcept final { return false; }
  [[nodiscard]] Range range_of(const ValueDistribution& distribution) const override = 0;
  [[nodiscard]] Range range() const final;

 protected:
  explicit DistributionObserver(std::string tensor) : Observer(std::move(tensor)) {}

 private:
  void take(std::span<const float> values, std::size_t events, const Extremes& extremes) final;

  std::optional<ValueDistribution> distribution_;  ///< from the first value on
};

}  // namespace caloquant
