#include "metrics/physics/event_features.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "metrics/physics/profile_moments.hpp"
#include "metrics/physics/shower_angle.hpp"
#include "ops/core/check.hpp"
#include "ops/core/enums.hpp"

namespace caloquant {
namespace {

constexpr EnumNames<Feature> feature_names({{Feature::energy, "primary energy"},
                                            {Feature::theta, "primary angle"},
                                            {Feature::total, "total energy"},
                                            {Feature::sampling_fraction, "sampling fraction"},
                                            {Feature::hits, "hits > 3e-4 GeV"},
                                            {Feature::hits_low, "hits > 2e-4 GeV"},
                                            {Feature::m1x, "M1x"},
                                            {Feature::m1y, "M1y"},
                                            {Feature::m1z, "M1z"},
                                            {Feature::m2x, "M2x"},
                                            {Feature::m2y, "M2y"},
                                            {Feature::m2z, "M2z"},
                                            {Feature::m3x, "M3x"},
                                            {Feature::m3y, "M3y"},
                                            {Feature::m3z, "M3z"},
                                            {Feature::r1, "R1"},
                                            {Feature::r2, "R2"},
                                            {Feature::r3, "R3"},
                                            {Feature::max_x, "x of maximum"},
                                            {Feature::max_y, "y of maximum"},
                                            {Feature::max_z, "z of maximum"},
                                            {Feature::angle, "angle estimate"}});

/// One row, by name.
class RowWriter {
 public:
  explicit RowWriter(std::span<double> row) : row_(row) {}

  void set(Feature feature, double value) { row_[static_cast<std::size_t>(feature)] = value; }
  void set(Feature first, std::span<const double> values, std::size_t step = 1) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      row_[static_cast<std::size_t>(first) + i * step] = values[i];
    }
  }

 private:
  std::span<double> row_;
};

void set_maximum(RowWriter& row, std::span<const float> image, const ImageExtents& extents) {
  std::array<double, 3> position{};
  position.fill(std::numeric_limits<double>::quiet_NaN());
  if (const auto cell = maximum_position(image, extents)) {
    std::transform(cell->begin(), cell->end(), position.begin(),
                   [](std::size_t index) { return static_cast<double>(index); });
  }
  row.set(Feature::max_x, position);
}

}  // namespace

std::string_view name_of(Feature feature) noexcept {
  return feature_names[feature];
}

std::string_view unit_of(Feature feature) noexcept {
  if (feature == Feature::energy || feature == Feature::total) {
    return "GeV";
  }
  return feature == Feature::theta || feature == Feature::angle ? "rad" : "";
}

std::size_t fill_features(std::span<const float> image, const ImageExtents& extents, double energy,
                          double theta, std::span<double> row) {
  CALOQUANT_EXPECT(row.size() == row_size(extents));
  const std::span<double> slices = row.subspan(feature_count + sparsity_points);
  const std::size_t not_finite = slice_sums(image, extents, {}, slices, {});
  std::vector<float> cleaned;
  if (not_finite > 0) {
    cleaned.assign(image.begin(), image.end());
    std::replace_if(
        cleaned.begin(), cleaned.end(), [](float cell) { return !std::isfinite(cell); }, 0.0F);
    image = cleaned;
  }
  RowWriter writer(row);
  const std::span<const double> layers = slices.subspan(extents[0] + extents[1]);
  const double total = std::accumulate(layers.begin(), layers.end(), 0.0);
  writer.set(Feature::energy, energy);
  writer.set(Feature::theta, theta);
  writer.set(Feature::total, total);
  writer.set(Feature::sampling_fraction, total / energy);
  writer.set(Feature::hits, static_cast<double>(hits_above(image, report_hit_threshold)));
  writer.set(Feature::hits_low, static_cast<double>(hits_above(image, low_hit_threshold)));
  std::size_t first = 0;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const auto moments = profile_moments(slices.subspan(first, extents[axis]));
    const auto column = static_cast<Feature>(static_cast<std::size_t>(Feature::m1x) + axis);
    writer.set(column, moments, 3);
    first += extents[axis];
  }
  writer.set(Feature::r1, layer_ratios(layers));
  set_maximum(writer, image, extents);
  writer.set(Feature::angle, shower_angle(image, extents));
  const auto sparsity = sparsity_curve(image);
  std::copy(sparsity.begin(), sparsity.end(),
            row.begin() + static_cast<std::ptrdiff_t>(feature_count));
  return not_finite;
}

}  // namespace caloquant
