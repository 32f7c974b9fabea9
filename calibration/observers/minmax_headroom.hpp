#pragma once

#include <string>

#include "calibration/observers/observer.hpp"

namespace caloquant {

/// Both ends of min-max, times a factor: for tensors whose hottest cells lie beyond what a small
/// calibration sample has seen. Costs log2(factor) bits of resolution. The only range that goes
/// beyond the observed values.
class MinMaxHeadroomObserver final : public Observer {
 public:
  /// `factor` >= 1.
  MinMaxHeadroomObserver(std::string tensor, double factor);

  [[nodiscard]] Range range() const override;
  [[nodiscard]] RangeAlgorithm algorithm() const noexcept override {
    return RangeAlgorithm::minmax_headroom;
  }

 private:
  void take(std::span<const float> values, std::size_t events, const Extremes& extremes) override;

  double factor_;
  Range seen_;
};

/// Both ends times `factor`, at most the largest finite float.
[[nodiscard]] Range with_headroom(const Range& range, double factor);

}  // namespace caloquant
