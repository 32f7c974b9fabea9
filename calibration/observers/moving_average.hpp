#pragma once

#include <cstdint>
#include <string>

#include "calibration/observers/observer.hpp"

namespace caloquant {

/// Exponentially weighted mean of the smallest and the largest value (and 0) of every event, as
/// QAT observers take it over batches (Jacob et al. 2018, arXiv:1712.05877):
///   m_1 = x_1,  m_i = m_(i-1) + c (x_i - m_(i-1)).
/// Over events in their order and not over batches, so that it depends neither on the batch size
/// nor on threads. The range is that of a typical event: every hotter one is clipped.
class MovingAverageObserver final : public Observer {
 public:
  /// `constant`: weight c of a new event, in (0, 1].
  MovingAverageObserver(std::string tensor, double constant);

  [[nodiscard]] Range range() const override;
  [[nodiscard]] RangeAlgorithm algorithm() const noexcept override {
    return RangeAlgorithm::moving_average;
  }

 private:
  /// Mean of one end of the range. `rest` is what a mean that starts from 0 would be: the sum over
  /// events i of c (1 - c)^(n - i) x_i. The mean itself differs in the weight of the first event.
  struct Mean {
    double first = 0.0;
    double rest = 0.0;
  };

  void take(std::span<const float> values, std::size_t events, const Extremes& extremes) override;
  [[nodiscard]] float value_of(const Mean& mean) const;

  double constant_;
  std::uint64_t events_ = 0;
  Mean low_;
  Mean high_;
};

}  // namespace caloquant
