#include "metrics/physics/event_features.hpp"

#include <cmath>
#include <vector>

#include "tests/metrics/physics/physics_goldens.hpp"
#include "tests/metrics/physics/physics_sample.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using testing::physics_extents;

/// 270 additions of cells below 1 to sums of 42 GeV; moments are of order 10.
constexpr double rounding = 270 * 1.2e-16 * 42;

TEST(EventFeatures, EqualNumpy) {
  const ShowerSample sample = testing::physics_sample(1);
  const std::span<const double> row = sample.row(7);
  for (std::size_t i = 0; i < feature_count; ++i) {
    EXPECT_NEAR(row[i], testing::golden_features[i], rounding) << name_of(static_cast<Feature>(i));
  }
  for (std::size_t point = 0; point < sparsity_points; ++point) {
    EXPECT_NEAR(row[feature_count + point], testing::golden_sparsity[point], 1.2e-16);
  }
}

TEST(EventFeatures, AnEventWithoutEnergyHasNoShape) {
  std::vector<double> row(row_size(physics_extents));
  const std::vector<float> image(cell_count(physics_extents), 0.0F);
  EXPECT_EQ(fill_features(image, physics_extents, 100.0, 1.5, row), 0U);
  EXPECT_EQ(row[static_cast<std::size_t>(Feature::total)], 0.0);
  EXPECT_EQ(row[static_cast<std::size_t>(Feature::sampling_fraction)], 0.0);
  EXPECT_EQ(row[static_cast<std::size_t>(Feature::hits)], 0.0);
  for (const Feature feature : {Feature::m1x, Feature::m3z, Feature::r1, Feature::r3,
                                Feature::max_x, Feature::max_z, Feature::angle}) {
    EXPECT_TRUE(std::isnan(row[static_cast<std::size_t>(feature)])) << name_of(feature);
  }
}

TEST(EventFeatures, CellsThatAreNotFiniteCountAsZero) {
  std::vector<float> image = testing::physics_images(1);
  image.resize(cell_count(physics_extents));
  std::vector<double> with(row_size(physics_extents));
  std::vector<double> without(row_size(physics_extents));
  image[11] = std::nanf("");
  image[12] = INFINITY;
  EXPECT_EQ(fill_features(image, physics_extents, 100.0, 1.5, with), 2U);
  image[11] = 0.0F;
  image[12] = 0.0F;
  EXPECT_EQ(fill_features(image, physics_extents, 100.0, 1.5, without), 0U);
  // The sums over slices go other ways with such cells: another order of additions.
  for (std::size_t i = 0; i < with.size(); ++i) {
    EXPECT_NEAR(with[i], without[i], rounding) << i;
  }
}

}  // namespace
}  // namespace caloquant
