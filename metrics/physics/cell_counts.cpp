#include "metrics/physics/cell_counts.hpp"

#include <algorithm>
#include <cmath>

#include "ops/core/check.hpp"

namespace caloquant {
namespace {

// Literals: powers computed at run time differ in the last digit between libraries.
constexpr std::array<double, sparsity_points> thresholds{
    1e-13, 1e-12, 1e-11, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1e0};

}  // namespace

std::size_t hits_above(std::span<const float> image, double threshold) {
  return static_cast<std::size_t>(std::count_if(
      image.begin(), image.end(), [&](float cell) { return double{cell} > threshold; }));
}

double sparsity_threshold(std::size_t point) {
  return thresholds.at(point);
}

std::array<double, sparsity_points> sparsity_curve(std::span<const float> image) {
  std::array<double, sparsity_points> shares{};
  if (image.empty()) {
    return shares;
  }
  for (const float cell : image) {
    for (std::size_t point = 0; point<sparsity_points&& double{cell}> thresholds[point]; ++point) {
      shares[point] += 1.0;
    }
  }
  for (double& share : shares) {
    share /= static_cast<double>(image.size());
  }
  return shares;
}

void CellSpectrum::add(std::span<const float> image) {
  constexpr double per_decade = static_cast<double>(bins) / (log_high - log_low);
  for (const float cell : image) {
    if (!(cell > 0.0F)) {
      continue;
    }
    const double position = (std::log10(double{cell}) - log_low) * per_decade;
    std::size_t bin = 0;
    if (position >= static_cast<double>(bins)) {
      bin = bins + 1;
    } else if (position >= 0.0) {
      bin = 1 + static_cast<std::size_t>(position);
    }
    ++counts_[bin];
  }
}

void CellSpectrum::merge(const CellSpectrum& other) {
  for (std::size_t bin = 0; bin < counts_.size(); ++bin) {
    counts_[bin] += other.counts_[bin];
  }
}

std::optional<std::array<std::size_t, 3>> maximum_position(std::span<const float> image,
                                                           const ImageExtents& extents) {
  CALOQUANT_EXPECT(image.size() == cell_count(extents));
  const auto largest = std::max_element(image.begin(), image.end());
  if (largest == image.end() || !(*largest > 0.0F)) {
    return std::nullopt;
  }
  const auto index = static_cast<std::size_t>(largest - image.begin());
  const std::size_t row = index / extents[2];
  return std::array{row / extents[1], row % extents[1], index % extents[2]};
}

}  // namespace caloquant
