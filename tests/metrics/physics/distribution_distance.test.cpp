#include "metrics/physics/distribution_distance.hpp"

#include <algorithm>
#include <cmath>

#include "metrics/physics/statistics.hpp"
#include "tests/metrics/physics/physics_goldens.hpp"
#include "tests/metrics/physics/physics_sample.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using testing::not_a_number;

/// F_a - F_b of 120 shares of 1 / 60 carries 120 roundings; times the width of 10 GeV.
constexpr double rounding = 120 * 1.2e-16 * 10.0;

/// {0, 1} against {0, 3}: half of the probability is carried by 2.
TEST(DistributionDistance, ByHand) {
  EXPECT_EQ(wasserstein_1(std::vector{0.0, 1.0}, std::vector{3.0, 0.0}), 1.0);
  EXPECT_EQ(kolmogorov_smirnov(std::vector{0.0, 1.0}, std::vector{3.0, 0.0}), 0.5);
}

/// A quarter at 0 and three quarters at 4 against all at 1: 1 / 4 * 1 + 3 / 4 * 3.
TEST(DistributionDistance, WeightsByHand) {
  EXPECT_EQ(wasserstein_1(std::vector{0.0, 4.0}, std::vector{1.0}, std::vector{1.0, 3.0}), 2.5);
}

TEST(DistributionDistance, AShiftIsItsLengthAndDisjointSamplesAreOneApart) {
  const std::vector<double> a{1.0, 2.0, 3.0};
  const std::vector<double> b{11.0, 12.0, 13.0};
  EXPECT_NEAR(wasserstein_1(a, b), 10.0, rounding);
  EXPECT_NEAR(kolmogorov_smirnov(a, b), 1.0, 6 * 1.2e-16);
}

TEST(DistributionDistance, EqualScipy) {
  const std::vector<double> a = testing::physics_totals(1);
  const std::vector<double> b = testing::physics_totals(5000);
  EXPECT_NEAR(wasserstein_1(a, b), testing::golden_wasserstein, rounding);
  EXPECT_NEAR(wasserstein_1(a, b, testing::physics_energies(), testing::physics_thetas()),
              testing::golden_weighted_wasserstein, rounding);
  EXPECT_NEAR(kolmogorov_smirnov(a, b), testing::golden_ks, 120 * 1.2e-16);
}

/// Replicas differ by a tenth of the distance: 20 of them with the rounding above.
TEST(DistributionDistance, JackknifeEqualsNumpy) {
  const std::vector<double> a = testing::physics_totals(1);
  const std::vector<double> b = testing::physics_totals(5000);
  const auto distance = [](std::span<const double> x, std::span<const double> y) {
    return wasserstein_1(x, y);
  };
  EXPECT_NEAR(jackknife(a, b, true, distance).error, testing::golden_wasserstein_error_paired,
              100 * rounding);
  EXPECT_NEAR(jackknife(a, b, false, distance).error, testing::golden_wasserstein_error_apart,
              100 * rounding);
}

TEST(DistributionDistance, NothingToCompareIsUndefined) {
  const std::vector<double> one{1.0};
  EXPECT_TRUE(std::isnan(wasserstein_1({}, one)));
  EXPECT_TRUE(std::isnan(wasserstein_1(one, {})));
  EXPECT_TRUE(std::isnan(wasserstein_1(one, std::vector{not_a_number})));
  EXPECT_TRUE(std::isnan(wasserstein_1(one, one, std::vector{0.0})));
  EXPECT_TRUE(std::isnan(kolmogorov_smirnov({}, one)));
}

using DistributionDistanceProperty = testing::PropertyTest;

TEST_F(DistributionDistanceProperty, OrderDoesNotMatterAndEqualSamplesAreAtZero) {
  for (int repeat = 0; repeat < 20; ++repeat) {
    std::vector<double> a;
    std::vector<double> b;
    for (int i = testing::uniform_int(random, 1, 50); i > 0; --i) {
      a.push_back(static_cast<double>(testing::uniform_int(random, 0, 9)));
      b.push_back(static_cast<double>(testing::uniform(random, 0.0F, 9.0F)));
    }
    const double distance = wasserstein_1(a, b);
    const double largest = kolmogorov_smirnov(a, b);
    EXPECT_NEAR(wasserstein_1(b, a), distance, rounding);
    std::shuffle(a.begin(), a.end(), random);
    std::shuffle(b.begin(), b.end(), random);
    EXPECT_EQ(wasserstein_1(a, b), distance);
    EXPECT_EQ(kolmogorov_smirnov(a, b), largest);
    EXPECT_LE(largest, 1.0 + 100 * 1.2e-16);
    std::vector<double> same = a;
    std::shuffle(same.begin(), same.end(), random);
    EXPECT_EQ(wasserstein_1(a, same), 0.0);
    EXPECT_EQ(kolmogorov_smirnov(a, same), 0.0);
  }
}

}  // namespace
}  // namespace caloquant
