#include "metrics/physics/kernel_distance.hpp"

#include <cmath>

#include "metrics/physics/distribution_distance.hpp"
#include "tests/metrics/physics/physics_goldens.hpp"
#include "tests/metrics/physics/physics_sample.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

/// One feature, {0, 1} and {1, 2}: k(0, 1) = 1, k(1, 2) = 81, k(0, .) = 1, k(1, 1) = 16.
/// Apart: 1 + 81 - 2 (1 + 1 + 16 + 81) / 4; paired without (0, 1) and (1, 2): 82 - 2 (1 + 16) / 2.
TEST(KernelDiscrepancy, ByHand) {
  const FeatureRows a{1, {0, 1}};
  const FeatureRows b{1, {1, 2}};
  EXPECT_EQ(kernel_discrepancy(a, b, false), 82.0 - 99.0 / 2.0);
  EXPECT_EQ(kernel_discrepancy(a, b, true), 82.0 - 17.0);
  EXPECT_EQ(kernel_discrepancy(a, a, true), 0.0);
  EXPECT_TRUE(std::isnan(kernel_discrepancy(a, FeatureRows{1, {1}}, false)));
}

/// Means of 3600 kernels of order 10, one difference of them: 3600 roundings at worst.
TEST(KernelDiscrepancy, EqualsNumpy) {
  const FeatureRows a = testing::physics_features(1, 60);
  const FeatureRows b = testing::physics_features(5000, 60);
  FeatureRows fewer = normalise(b, a);
  fewer.values.resize(50 * fewer.columns);
  EXPECT_NEAR(kernel_discrepancy(normalise(a, a), fewer, false), testing::golden_discrepancy,
              3600 * 1.2e-16 * 10);
  EXPECT_NEAR(kernel_discrepancy(normalise(a, a), normalise(b, a), true),
              testing::golden_paired_discrepancy, 3600 * 1.2e-16 * 10);
}

TEST(KernelDiscrepancy, QuantilesEqualNumpy) {
  std::vector<double> totals = testing::physics_totals(1);
  std::sort(totals.begin(), totals.end());
  const std::array shares{0.16275, 0.5, 0.83725};
  for (std::size_t i = 0; i < shares.size(); ++i) {
    EXPECT_NEAR(quantile(totals, shares[i]), testing::golden_quantiles[i], 50 * 1e-15);
  }
  EXPECT_EQ(quantile(std::vector{3.0}, 0.9), 3.0);
}

class KernelPhysics : public testing::PropertyTest {
 protected:
  FeatureRows normal_rows(std::size_t count, double shift) {
    std::normal_distribution<double> normal;
    FeatureRows rows{2, {}};
    for (std::size_t i = 0; i < count; ++i) {
      rows.add(std::vector{shift + normal(random), normal(random)});
    }
    return rows;
  }
};

TEST_F(KernelPhysics, EqualPairedSamplesAreAtZero) {
  const FeatureRows rows = normal_rows(300, 0.0);
  const auto distance = kernel_physics_distance(rows, rows, true, 1);
  ASSERT_TRUE(distance);
  EXPECT_NEAR(distance->distance.value, 0.0, 1e-14);
  EXPECT_NEAR(distance->distance.error, 0.0, 1e-14);
  EXPECT_EQ(distance->batch, 30U);
  EXPECT_TRUE(distance->scaled);
}

/// The median of ten batches has about 1.25 / sqrt(10) of the spread of one.
TEST_F(KernelPhysics, EqualDistributionsAreWithinTheirErrorAndShiftedOnesAreNot) {
  const FeatureRows a = normal_rows(2000, 0.0);
  const auto equal = kernel_physics_distance(a, normal_rows(2000, 0.0), false, 1);
  EXPECT_LT(std::abs(equal->distance.value), 6.0 * 0.4 * equal->distance.error + 1e-3);
  const auto shifted = kernel_physics_distance(a, normal_rows(2000, 3.0), false, 1);
  EXPECT_GT(shifted->distance.value, 6.0 * equal->distance.error);
}

TEST_F(KernelPhysics, TooFewEventsHaveNoDistance) {
  EXPECT_FALSE(kernel_physics_distance(normal_rows(99, 0.0), normal_rows(200, 0.0), false, 1));
}

}  // namespace
}  // namespace caloquant
