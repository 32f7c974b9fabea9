#include "metrics/physics/shower_sample.hpp"

#include <algorithm>
#include <cstdint>

#include "ops/core/check.hpp"
#include "ops/core/thread_count.hpp"

namespace caloquant {

ShowerSample::ShowerSample(const ImageExtents& extents, std::size_t events)
    : extents_(extents),
      events_(events),
      spectra_(std::max<std::size_t>(1, jackknife_blocks(events))) {
  CALOQUANT_EXPECT(events > 0 && cell_count(extents) > 0);
  rows_.reserve(events * row_size(extents));
}

void ShowerSample::add(std::span<const float> images, std::span<const double> energies,
                       std::span<const double> thetas, int threads) {
  const std::size_t cells = cell_count(extents_);
  const std::size_t count = energies.size();
  CALOQUANT_EXPECT(images.size() == count * cells && thetas.size() == count);
  CALOQUANT_EXPECT(added_ + count <= events_);
  const std::size_t size = row_size(extents_);
  rows_.resize((added_ + count) * size);
  std::size_t not_finite = 0;
#pragma omp parallel for num_threads(within_reason(threads)) reduction(+ : not_finite) schedule(dynamic)
  for (std::int64_t i = 0; i < static_cast<std::int64_t>(count); ++i) {
    const auto event = static_cast<std::size_t>(i);
    const std::span<const float> image = images.subspan(event * cells, cells);
    not_finite += fill_features(image, extents_, energies[event], thetas[event],
                                std::span(rows_).subspan((added_ + event) * size, size));
    CellSpectrum spectrum;
    spectrum.add(image);
    // Integers: the order in which threads come does not matter.
#pragma omp critical(caloquant_shower_sample_spectra)
    spectra_[jackknife_block(added_ + event, events_, spectra_.size())].merge(spectrum);
  }
  cells_not_finite_ += not_finite;
  added_ += count;
}

void ShowerSample::add_quantity(const std::string& name, std::span<const double> values) {
  auto found = std::find_if(quantities_.begin(), quantities_.end(),
                            [&](const auto& quantity) { return quantity.first == name; });
  if (found == quantities_.end()) {
    found = quantities_.insert(quantities_.end(), {name, {}});
  }
  CALOQUANT_EXPECT(found->second.size() + values.size() <= events_);
  found->second.insert(found->second.end(), values.begin(), values.end());
}

std::vector<double> ShowerSample::column(std::size_t column) const {
  const std::size_t size = row_size(extents_);
  std::vector<double> values(added_);
  for (std::size_t event = 0; event < added_; ++event) {
    values[event] = rows_[event * size + column];
  }
  return values;
}

std::vector<double> ShowerSample::feature(Feature feature) const {
  return column(static_cast<std::size_t>(feature));
}

std::vector<double> ShowerSample::sparsity(std::size_t point) const {
  CALOQUANT_EXPECT(point < sparsity_points);
  return column(feature_count + point);
}

std::vector<double> ShowerSample::slice(std::size_t slice) const {
  CALOQUANT_EXPECT(slice < slice_count(extents_));
  return column(feature_count + sparsity_points + slice);
}

std::span<const double> ShowerSample::row(std::size_t event) const {
  const std::size_t size = row_size(extents_);
  return std::span(rows_).subspan(event * size, size);
}

CellSpectrum ShowerSample::spectrum(MaybeBlock without) const {
  CellSpectrum sum;
  for (std::size_t block = 0; block < spectra_.size(); ++block) {
    if (!without || *without != block) {
      sum.merge(spectra_[block]);
    }
  }
  return sum;
}

std::size_t ShowerSample::events_without_energy() const {
  const std::vector<double> totals = feature(Feature::total);
  return static_cast<std::size_t>(
      std::count_if(totals.begin(), totals.end(), [](double total) { return !(total > 0.0); }));
}

}  // namespace caloquant
