#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "metrics/core/energy_units.hpp"
#include "metrics/shower/slice_sums.hpp"

namespace caloquant {

/// What physics criteria need of the showers of one model: a row of numbers per event (some 1 kB
/// for 51 x 51 x 25 cells). A subset of ShowerSample that is cheap enough for every trial of a
/// search; the numbers that both have are the same bits.
class CriteriaSample {
 public:
  /// `to_gev`: from the cells of the images to GeV; `hit_threshold` [GeV].
  CriteriaSample(const ImageExtents& extents, const CellConversion& to_gev, double hit_threshold);

  /// The next events: images [n, X, Y, Z]. The same bits for every cut into calls and every number
  /// of threads. Cells that are not finite count as 0.
  void add(std::span<const float> images, int threads);

  [[nodiscard]] const ImageExtents& extents() const noexcept { return extents_; }
  [[nodiscard]] std::size_t events() const noexcept { return rows_.size() / row_size_; }
  /// Energy in all cells [GeV].
  [[nodiscard]] double total(std::size_t event) const { return row(event)[0]; }
  /// Cells above the threshold.
  [[nodiscard]] double hits(std::size_t event) const { return row(event)[1]; }
  /// Cells above 2e-4 GeV, as in the feature set of the Frechet distance.
  [[nodiscard]] double hits_low(std::size_t event) const { return row(event)[2]; }
  /// Slices of x, then of y, then of z [GeV].
  [[nodiscard]] std::span<const double> slices(std::size_t event) const {
    return row(event).subspan(first_slice);
  }
  [[nodiscard]] std::uint64_t cells_not_finite() const noexcept { return cells_not_finite_; }

 private:
  static constexpr std::size_t first_slice = 3;
  [[nodiscard]] std::span<const double> row(std::size_t event) const {
    return std::span(rows_).subspan(event * row_size_, row_size_);
  }

  ImageExtents extents_;
  CellConversion to_gev_;
  double hit_threshold_;
  std::size_t row_size_;
  std::vector<double> rows_;
  std::uint64_t cells_not_finite_ = 0;
};

}  // namespace caloquant
