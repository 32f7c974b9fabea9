#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

#include "metrics/physics/cell_counts.hpp"
#include "metrics/physics/feature_rows.hpp"
#include "metrics/shower/slice_sums.hpp"
#include "ops/core/enums.hpp"

namespace caloquant {

/// What is kept of an event, besides its slice sums and its sparsity curve.
enum class Feature : std::size_t {
  energy,             ///< of the primary [GeV]
  theta,              ///< of the primary [rad]
  total,              ///< energy in all cells [GeV]
  sampling_fraction,  ///< total / energy
  hits,               ///< cells above 3e-4 GeV
  hits_low,           ///< cells above 2e-4 GeV, as in the feature set of correlations
  m1x,                ///< moments of the slice sums: profile_moments.hpp
  m1y,
  m1z,
  m2x,
  m2y,
  m2z,
  m3x,
  m3y,
  m3z,
  r1,  ///< layer_ratios
  r2,
  r3,
  max_x,  ///< maximum_position
  max_y,
  max_z,
  angle,  ///< shower_angle [rad]
};
inline constexpr std::size_t feature_count = enum_count<Feature>;

[[nodiscard]] std::string_view name_of(Feature feature) noexcept;
/// "GeV", "rad", or empty for a number.
[[nodiscard]] std::string_view unit_of(Feature feature) noexcept;

/// Columns of a row: the features, the sparsity curve, the slices of x, y and z.
[[nodiscard]] constexpr std::size_t row_size(const ImageExtents& extents) {
  return feature_count + sparsity_points + slice_count(extents);
}

/// Fills `row` [row_size(extents)] for one image [X, Y, Z] in GeV. Cells that are not finite count
/// as 0; returns how many there were. Features of an event without energy are NaN where they divide
/// by it. energy > 0 in GeV, theta in rad.
std::size_t fill_features(std::span<const float> image, const ImageExtents& extents, double energy,
                          double theta, std::span<double> row);

/// The features of correlation matrices, FPD and KPD (svalleco/3Dgan, small correlations):
/// M1x M1y M1z M2x M2y M2z, total, primary energy, hits above 2e-4 GeV, R1 R2 R3, and with
/// `with_angle` |theta - pi/2| of the primary.
inline constexpr std::array<Feature, 12> small_feature_set{
    Feature::m1x,   Feature::m1y,    Feature::m1z,      Feature::m2x, Feature::m2y, Feature::m2z,
    Feature::total, Feature::energy, Feature::hits_low, Feature::r1,  Feature::r2,  Feature::r3};

}  // namespace caloquant
