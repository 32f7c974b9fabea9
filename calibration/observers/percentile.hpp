#pragma once

#include <string>

#include "calibration/observers/observer.hpp"
#include "calibration/observers/value_distribution.hpp"

namespace caloquant {

/// Clips the magnitudes beyond a percentile (Wu et al. 2020, arXiv:2004.09602). Exact
/// zeros do not count: of a sparse shower tensor they would be nearly all, and clipping would reach
/// into its signal. What it clips of a shower is the core.
class PercentileObserver final : public Observer {
 public:
  /// `percent` of the values are kept, in (0, 100].
  PercentileObserver(std::string tensor, double percent);

  [[nodiscard]] Range range() const override;
  [[nodiscard]] RangeAlgorithm algorithm() const noexcept override {
    return RangeAlgorithm::percentile;
  }

 private:
  void take(std::span<const float> values, std::size_t events, const Extremes& extremes) override;

  double percent_;
  ValueDistribution distribution_;
};

/// [max(min, -T), min(max, T)], where T is the ceil(percent / 100 * n)-th smallest of the n
/// magnitudes that are not 0, or up to one bin more.
[[nodiscard]] Range percentile_range(const ValueDistribution& distribution, double percent);

}  // namespace caloquant
