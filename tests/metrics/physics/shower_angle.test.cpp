#include "metrics/physics/shower_angle.hpp"

#include <cmath>
#include <numbers>
#include <vector>

#include "tests/support/support.hpp"

namespace caloquant {
namespace {

constexpr ImageExtents extents{3, 9, 9};

/// One cell per layer: y = 4 + slope * (z - 4).
double angle_of(int slope) {
  std::vector<float> image(cell_count(extents), 0.0F);
  for (int z = 2; z <= 6; ++z) {
    const int y = 4 + slope * (z - 4);
    image[static_cast<std::size_t>((1 * 9 + y) * 9 + z)] = 2.0F;
  }
  return shower_angle(image, extents);
}

/// Every layer has the same slope; the layer of the barycentre has no direction and no weight.
TEST(ShowerAngle, OfAStraightLineIsItsSlope) {
  constexpr double pi = std::numbers::pi;
  constexpr double rounding = 1e-15 * 10;
  EXPECT_NEAR(angle_of(0), pi / 2, rounding);
  EXPECT_NEAR(angle_of(1), pi / 4, rounding);
  EXPECT_NEAR(angle_of(-1), 3 * pi / 4, rounding);
}

/// Layers z = 0.5 and 1.5 with y = 0.5 and 2.5: reference y 1.5, z 1; slopes +1 / (1 / 2) = 2 both.
TEST(ShowerAngle, ByHand) {
  const std::vector<float> image{1, 0, 0, 0, 0, 1};  // [1, 3, 2]
  EXPECT_NEAR(shower_angle(image, {1, 3, 2}), std::numbers::pi / 2 - std::atan(2.0), 1e-15);
}

TEST(ShowerAngle, IsUndefinedWithoutEnergyOrWithOneLayer) {
  EXPECT_TRUE(std::isnan(shower_angle(std::vector<float>(8, 0.0F), {2, 2, 2})));
  EXPECT_TRUE(std::isnan(shower_angle(std::vector<float>{0, 1, 0, 0, 0, 0, 0, 0}, {2, 2, 2})));
}

}  // namespace
}  // namespace caloquant
