#include "metrics/physics/statistics.hpp"

#include <algorithm>
#include <cmath>

#include "tests/metrics/physics/physics_goldens.hpp"
#include "tests/metrics/physics/physics_sample.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using testing::not_a_number;

/// Sums of 60 numbers of one size: 60 roundings of 1.1e-16, over differences of about 1 % of them.
constexpr double relative = 1e-12;

/// {1, 2, 6}: mean 3, squared deviations 14, variance 7, error sqrt(7 / 3).
TEST(Statistics, MeanByHand) {
  const Estimate mean = mean_of(std::vector{1.0, 2.0, 6.0});
  EXPECT_DOUBLE_EQ(mean.value, 3.0);
  EXPECT_DOUBLE_EQ(mean.error, std::sqrt(7.0 / 3.0));
}

TEST(Statistics, TooFewValuesAreUndefined) {
  EXPECT_TRUE(std::isnan(mean_of({}).value));
  EXPECT_EQ(mean_of(std::vector{2.0}).value, 2.0);
  EXPECT_TRUE(std::isnan(mean_of(std::vector{2.0}).error));
  EXPECT_TRUE(std::isnan(jackknife_error(1, 1, true, [](MaybeBlock, MaybeBlock) { return 1.0; })));
}

/// Paired, a shift has no error; apart, it has that of both samples.
TEST(Statistics, PairedDifferenceOfAShiftIsExact) {
  const std::vector<double> a{1.0, 2.0, 6.0};
  const std::vector<double> b{1.5, 2.5, 6.5};
  EXPECT_EQ(difference_of_means(a, b, true).value, 0.5);
  EXPECT_EQ(difference_of_means(a, b, true).error, 0.0);
  EXPECT_DOUBLE_EQ(difference_of_means(a, b, false).error, std::sqrt(14.0 / 3.0));
}

/// Paired, a factor has no error.
TEST(Statistics, PairedRatioOfAFactorIsExact) {
  const std::vector<double> a{1.0, 2.0, 6.0};
  const std::vector<double> b{2.0, 4.0, 12.0};
  EXPECT_EQ(ratio_of_means(a, b, true).value, 2.0);
  EXPECT_EQ(ratio_of_means(a, b, true).error, 0.0);
  EXPECT_DOUBLE_EQ(ratio_of_means(a, b, false).error,
                   std::sqrt(28.0 / 3.0 + 4.0 * 7.0 / 3.0) / 3.0);
  EXPECT_TRUE(std::isnan(ratio_of_means(std::vector{-1.0, 1.0}, b, false).value));
}

TEST(Statistics, EqualNumpy) {
  const std::vector<double> a = testing::physics_totals(1);
  const std::vector<double> b = testing::physics_totals(5000);
  EXPECT_NEAR(ratio_of_means(a, b, true).value, testing::golden_ratio, relative);
  const auto near = [](double value, double golden) {
    EXPECT_NEAR(value, golden, relative * golden);
  };
  near(ratio_of_means(a, b, true).error, testing::golden_ratio_error_paired);
  near(ratio_of_means(a, b, false).error, testing::golden_ratio_error_apart);
  near(difference_of_means(a, b, true).error, testing::golden_difference_error_paired);
  near(difference_of_means(a, b, false).error, testing::golden_difference_error_apart);
}

/// For means the jackknife with as many blocks as events is s / sqrt(n).
TEST(Statistics, JackknifeOfAMeanIsItsError) {
  const std::vector<double> a{1.0, 2.0, 6.0, 4.0};
  const auto mean_of_two = [](std::span<const double> x, std::span<const double>) {
    return mean_of(x).value;
  };
  const auto leave_out = [&](MaybeBlock without, MaybeBlock) {
    std::vector<double> kept;
    for (std::size_t i = 0; i < a.size(); ++i) {
      if (i != without) {
        kept.push_back(a[i]);
      }
    }
    return mean_of_two(kept, {});
  };
  EXPECT_NEAR(jackknife_error(4, 4, true, leave_out), mean_of(a).error, 1e-15);
}

TEST(Statistics, BlocksAreEvenlyDealt) {
  EXPECT_EQ(jackknife_blocks(0), 0U);
  EXPECT_EQ(jackknife_blocks(7), 3U);
  EXPECT_EQ(jackknife_blocks(1000), 20U);
  EXPECT_EQ(jackknife_block(0, 45, 20), 0U);
  EXPECT_EQ(jackknife_block(44, 45, 20), 19U);
}

TEST(Statistics, UndefinedValuesAreLeftOutInPairs) {
  const std::vector<double> a{1.0, not_a_number, 3.0};
  const std::vector<double> b{not_a_number, 5.0, 6.0};
  const DefinedValues paired = defined_values(a, b, true);
  EXPECT_EQ(paired.a, std::vector{3.0});
  EXPECT_EQ(paired.b, std::vector{6.0});
  EXPECT_EQ(paired.dropped, 4U);
  const DefinedValues apart = defined_values(a, b, false);
  EXPECT_EQ(apart.a, (std::vector{1.0, 3.0}));
  EXPECT_EQ(apart.b, (std::vector{5.0, 6.0}));
  EXPECT_EQ(apart.dropped, 2U);
}

TEST(Statistics, HalvesTakeTurns) {
  const auto halves = halves_of(std::vector{1.0, 2.0, 3.0});
  EXPECT_EQ(halves.first, (std::vector{1.0, 3.0}));
  EXPECT_EQ(halves.second, std::vector{2.0});
}

}  // namespace
}  // namespace caloquant
