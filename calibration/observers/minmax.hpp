#pragma once

#include <string>
#include <utility>

#include "calibration/observers/observer.hpp"

namespace caloquant {

/// Smallest and largest value, and 0. Nothing is clipped; one outlier coarsens every step.
class MinMaxObserver final : public Observer {
 public:
  explicit MinMaxObserver(std::string tensor) : Observer(std::move(tensor)) {}

  [[nodiscard]] Range range() const override { return range_; }
  [[nodiscard]] RangeAlgorithm algorithm() const noexcept override {
    return RangeAlgorithm::minmax;
  }

 private:
  void take(std::span<const float> values, std::size_t events, const Extremes& extremes) override;

  Range range_;
};

}  // namespace caloquant
