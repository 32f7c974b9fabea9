#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "metrics/shower/slice_sums.hpp"

namespace caloquant {

/// Cells above `threshold` [GeV], of an image in GeV. NaN is above nothing.
[[nodiscard]] std::size_t hits_above(std::span<const float> image, double threshold);

/// Above which a cell is a hit [GeV], and in the feature set of correlations (svalleco/3Dgan:
/// plot_ecal_hits_hist, and the default of get_hits).
inline constexpr double report_hit_threshold = 3e-4;
inline constexpr double low_hit_threshold = 2e-4;

/// Thresholds 10^-13 ... 10^0 GeV of the sparsity curve.
inline constexpr std::size_t sparsity_points = 14;
[[nodiscard]] double sparsity_threshold(std::size_t point);
/// Share of the cells above each threshold, in [0, 1].
[[nodiscard]] std::array<double, sparsity_points> sparsity_curve(std::span<const float> image);

/// Cells by log10 of their energy: 100 bins from 10^-12 to 10^1 GeV with one bin below and one
/// above. Cells of 0 or less are in no bin. Counts are integers, so sums depend on no order.
class CellSpectrum {
 public:
  static constexpr std::size_t bins = 100;
  static constexpr double log_low = -12.0;
  static constexpr double log_high = 1.0;

  /// Cells in GeV.
  void add(std::span<const float> image);
  void merge(const CellSpectrum& other);
  /// Below, the bins, above.
  [[nodiscard]] const std::array<std::uint64_t, bins + 2>& counts() const noexcept {
    return counts_;
  }

 private:
  std::array<std::uint64_t, bins + 2> counts_{};
};

/// Cell [x, y, z] with the most energy, the first of equal ones; empty when no cell is above 0.
[[nodiscard]] std::optional<std::array<std::size_t, 3>> maximum_position(
    std::span<const float> image, const ImageExtents& extents);

}  // namespace caloquant
