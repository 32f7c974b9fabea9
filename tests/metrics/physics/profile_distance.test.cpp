#include "metrics/physics/profile_distance.hpp"

#include <cmath>
#include <vector>

#include "metrics/physics/sample_pair.hpp"
#include "tests/metrics/physics/physics_goldens.hpp"
#include "tests/metrics/physics/physics_sample.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

/// 8 slices: the central four have errors 1/2, 0, (empty), 1/4.
TEST(ProfileDistance, RelativeErrorByHand) {
  const std::vector<double> a{1, 1, 2, 3, 0, 4, 1, 1};
  const std::vector<double> b{9, 9, 1, 3, 5, 5, 9, 9};
  EXPECT_EQ(profile_relative_error(a, b), 0.25);
  EXPECT_EQ(profile_relative_error(a, a), 0.0);
  EXPECT_TRUE(std::isnan(profile_relative_error(std::vector<double>(8, 0.0), b)));
}

/// A shift by one slice carries all energy by one; totals do not matter.
TEST(ProfileDistance, WassersteinByHand) {
  const std::vector<double> a{1, 2, 0};
  const std::vector<double> b{0, 4, 8};
  EXPECT_NEAR(profile_wasserstein_1(a, b), 1.0, 1e-15);
  EXPECT_EQ(profile_wasserstein_1(a, std::vector<double>{2, 4, -1}), 0.0);
  EXPECT_TRUE(std::isnan(profile_wasserstein_1(a, std::vector<double>(3, 0.0))));
}

/// Differences of 0.2 % of means of 60 events.
TEST(ProfileDistance, EqualsNumpy) {
  const auto a = SamplePair::mean_profile(testing::physics_sample(1), 0);
  const auto b = SamplePair::mean_profile(testing::physics_sample(5000), 0);
  EXPECT_NEAR(profile_relative_error(a, b), testing::golden_profile_error, 1e-14);
  EXPECT_NEAR(profile_wasserstein_1(a, b), testing::golden_profile_wasserstein, 1e-14);
}

}  // namespace
}  // namespace caloquant
