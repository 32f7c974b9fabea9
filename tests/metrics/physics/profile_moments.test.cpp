#include "metrics/physics/profile_moments.hpp"

#include <cmath>
#include <vector>

#include "tests/support/support.hpp"

namespace caloquant {
namespace {

/// 1, 0, 3: M1 = 6 / 4; deviations -3/2, 1/2: M2 = (9/4 + 3/4) / 4, M3 = (-27/8 + 3/8) / 4.
TEST(ProfileMoments, ByHand) {
  const auto moments = profile_moments(std::vector{1.0, 0.0, 3.0});
  EXPECT_EQ(moments[0], 1.5);
  EXPECT_EQ(moments[1], 0.75);
  EXPECT_EQ(moments[2], -0.75);
}

TEST(ProfileMoments, DoNotChangeWithTheUnits) {
  const auto small = profile_moments(std::vector{1.0, 2.0, 5.0});
  const auto large = profile_moments(std::vector{4.0, 8.0, 20.0});
  EXPECT_EQ(small, large);
}

TEST(ProfileMoments, WithoutEnergyAreUndefined) {
  for (const double moment : profile_moments(std::vector{0.0, 0.0})) {
    EXPECT_TRUE(std::isnan(moment));
  }
  for (const double ratio : layer_ratios(std::vector{0.0, 0.0, 0.0})) {
    EXPECT_TRUE(std::isnan(ratio));
  }
  EXPECT_TRUE(std::isnan(profile_moments(std::vector{1.0, std::nan("")})[0]));
}

/// 8 layers: thirds of 2, 2 and 4.
TEST(LayerRatios, TheLastThirdTakesTheRest) {
  const auto ratios = layer_ratios(std::vector<double>{1, 1, 2, 2, 1, 1, 1, 1});
  EXPECT_EQ(ratios[0], 0.2);
  EXPECT_EQ(ratios[1], 0.4);
  EXPECT_EQ(ratios[2], 0.4);
}

}  // namespace
}  // namespace caloquant
