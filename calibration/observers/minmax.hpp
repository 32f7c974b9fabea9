#pragma once

#include <string>

#include "calibration/observers/observer.hpp"
#include "ops/core/extremes.hpp"

namespace caloquant {

/// Smallest and largest value, and 0. Nothing is clipped; one outlier coarsens every step.
class MinMaxObserver final : public Observer {
 public:
  explicit MinMaxObserver(std::string tensor);

  void observe(std::span<const float> values) override;
  void merge(const Observer& other) override;
  [[nodiscard]] Range range() const override { return range_; }
  [[nodiscard]] RangeAlgorithm algorithm() const noexcept override {
    return RangeAlgorithm::minmax;
  }

 private:
  std::string tensor_;
  Range range_;
};

/// The smallest range that holds both.
[[nodiscard]] Range united(const Range& a, const Range& b);

/// One look at observed values.
/// Throws DataError, naming the tensor and the index, when a value is NaN or infinite.
[[nodiscard]] Extremes finite_extremes(std::span<const float> values, const std::string& tensor);

}  // namespace caloquant
