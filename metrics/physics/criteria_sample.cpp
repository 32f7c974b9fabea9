#include "metrics/physics/criteria_sample.hpp"

#include <cmath>
#include <numeric>

#include "metrics/physics/cell_counts.hpp"
#include "ops/core/check.hpp"
#include "ops/core/thread_count.hpp"

namespace caloquant {
namespace {

/// As compare() converts: GeV in f32, so that both count the same hits.
void to_gev_cells(std::span<const float> image, const CellConversion& to_gev,
                  std::vector<float>& cells) {
  cells.resize(image.size());
  for (std::size_t i = 0; i < image.size(); ++i) {
    // Most cells are 0, and powers are slow.
    cells[i] = image[i] == 0.0F ? 0.0F : static_cast<float>(to_gev(static_cast<double>(image[i])));
  }
}

}  // namespace

CriteriaSample::CriteriaSample(const ImageExtents& extents, const CellConversion& to_gev,
                               double hit_threshold)
    : extents_(extents),
      to_gev_(to_gev),
      hit_threshold_(hit_threshold),
      row_size_(first_slice + slice_count(extents)) {}

void CriteriaSample::add(std::span<const float> images, int threads) {
  const std::size_t cells = cell_count(extents_);
  const auto count = static_cast<std::int64_t>(images.size() / cells);
  CALOQUANT_EXPECT(images.size() == static_cast<std::size_t>(count) * cells && threads >= 1);
  const std::size_t before = rows_.size();
  rows_.resize(before + static_cast<std::size_t>(count) * row_size_);
  std::uint64_t not_finite = 0;
  const bool as_they_are = to_gev_.linear() && to_gev_.factor == 1.0;
#pragma omp parallel num_threads(within_reason(threads)) if (threads > 1) reduction(+ : not_finite)
  {
    std::vector<float> converted;
#pragma omp for schedule(static)
    for (std::int64_t event = 0; event < count; ++event) {
      const auto index = static_cast<std::size_t>(event);
      std::span<const float> image = images.subspan(index * cells, cells);
      const std::span<double> into =
          std::span(rows_).subspan(before + index * row_size_, row_size_);
      if (!as_they_are) {
        to_gev_cells(image, to_gev_, converted);
        image = converted;
      }
      not_finite += slice_sums(image, extents_, {}, into.subspan(first_slice), {});
      const auto layers = into.last(extents_[2]);
      into[0] = std::accumulate(layers.begin(), layers.end(), 0.0);
      into[1] = static_cast<double>(hits_above(image, hit_threshold_));
      into[2] = static_cast<double>(hits_above(image, low_hit_threshold));
    }
  }
  cells_not_finite_ += not_finite;
}

}  // namespace caloquant
