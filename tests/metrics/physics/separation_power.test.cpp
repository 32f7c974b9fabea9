#include "metrics/physics/separation_power.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "tests/metrics/physics/physics_goldens.hpp"
#include "tests/metrics/physics/physics_sample.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

/// Shares 1/2, 1/2 against 1/4, 3/4: (1/16 / 3/4 + 1/16 / 5/4) / 2 = 1/15.
TEST(SeparationPower, ByHand) {
  EXPECT_DOUBLE_EQ(separation_power(std::vector{5.0, 5.0}, std::vector{1.0, 3.0}), 1.0 / 15.0);
}

TEST(SeparationPower, IsZeroForEqualAndOneForDisjointHistograms) {
  EXPECT_EQ(separation_power(std::vector{2.0, 0.0, 3.0}, std::vector{4.0, 0.0, 6.0}), 0.0);
  EXPECT_EQ(separation_power(std::vector{2.0, 0.0}, std::vector{0.0, 9.0}), 1.0);
}

TEST(SeparationPower, EmptyHistogramsAreUndefined) {
  EXPECT_TRUE(std::isnan(separation_power(std::vector{0.0}, std::vector{1.0})));
  EXPECT_TRUE(std::isnan(separation_power({}, {})));
}

TEST(SeparationPower, HistogramKeepsWhatIsOutside) {
  const LinearBins bins{.low = 0.0, .high = 4.0, .count = 2};
  const std::vector<double> values{-1.0, 0.0, 1.9, 2.0, 4.0, 4.1, testing::not_a_number, -INFINITY};
  EXPECT_EQ(histogram(values, bins), (std::vector<double>{2, 2, 2, 1}));
}

/// 22 terms of shares of 60 events.
TEST(SeparationPower, EqualsNumpy) {
  const std::vector<double> a = testing::physics_totals(1);
  const std::vector<double> b = testing::physics_totals(5000);
  const double mean = std::accumulate(a.begin(), a.end(), 0.0) / 60.0;
  const LinearBins bins{.low = 0.8 * mean, .high = 1.2 * mean, .count = 20};
  EXPECT_NEAR(separation_power(histogram(a, bins), histogram(b, bins)), testing::golden_separation,
              22 * 4 * 1.2e-16);
}

}  // namespace
}  // namespace caloquant
