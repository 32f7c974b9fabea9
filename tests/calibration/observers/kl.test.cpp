#include "calibration/observers/kl.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using Counts = std::vector<std::uint64_t>;

/// P = (1, 3, 2, 2) / 8 against Q = (2, 2, 2, 2) / 8.
TEST(ClippingDivergence, OfMergedLevelsByHand) {
  const double expected = (std::log(1.0 / 2.0) + 3.0 * std::log(3.0 / 2.0)) / 8.0;
  EXPECT_NEAR(clipping_divergence(Counts{1, 3, 2, 2}, 4, 2), expected, 1e-15);
}

/// Empty bins of a level get nothing: P = Q.
TEST(ClippingDivergence, SpreadsOverFilledBinsOnly) {
  EXPECT_EQ(clipping_divergence(Counts{4, 0, 0, 2}, 4, 2), 0.0);
}

/// Kept 2 of 3: P = (1, 1 + 2) / 4 against Q = (1, 1) / 2.
TEST(ClippingDivergence, ClippedCountsGoToTheLastBinOfPOnly) {
  const double expected = std::log(1.0 / 2.0) / 4.0 + 3.0 / 4.0 * std::log(3.0 / 2.0);
  EXPECT_NEAR(clipping_divergence(Counts{1, 1, 2}, 2, 2), expected, 1e-15);
}

/// Kept 2 of 3, the last one empty: P = (2, 2) / 4 against Q = (2, 1/2) / 2.5.
TEST(ClippingDivergence, AnEmptyLastBinIsSmoothed) {
  const double expected = 0.5 * std::log(0.5 / 0.8) + 0.5 * std::log(0.5 / 0.2);
  EXPECT_NEAR(clipping_divergence(Counts{2, 0, 2}, 2, 2), expected, 1e-15);
}

TEST(ClippingDivergence, KeepingNothingIsInfinite) {
  EXPECT_EQ(clipping_divergence(Counts{0, 0, 2}, 2, 2), std::numeric_limits<double>::infinity());
}

TEST(BestClipping, KeepsEverythingWhereLevelsSuffice) {
  EXPECT_EQ(best_clipping(Counts{5, 1, 0, 7, 0, 0}, 4), 4U);
  EXPECT_EQ(best_clipping(Counts{5, 1, 0, 7, 0, 0}, 8), 4U);
  EXPECT_EQ(best_clipping(Counts{0, 0, 0}, 2), 0U);
}

using ClippingProperty = testing::PropertyTest;

TEST_F(ClippingProperty, DivergenceIsNeverNegativeAndTheBestIsTheSmallest) {
  for (int repeat = 0; repeat < 20; ++repeat) {
    Counts counts(static_cast<std::size_t>(testing::uniform_int(random, 16, 120)));
    for (std::uint64_t& count : counts) {
      count = static_cast<std::uint64_t>(std::max(0, testing::uniform_int(random, -20, 40)));
    }
    counts.back() = 3;
    constexpr std::size_t levels = 8;
    const double best = clipping_divergence(counts, best_clipping(counts, levels), levels);
    for (std::size_t kept = levels; kept <= counts.size(); ++kept) {
      const double divergence = clipping_divergence(counts, kept, levels);
      EXPECT_GE(divergence, -1e-15 * static_cast<double>(counts.size()));
      EXPECT_GE(divergence, best);
    }
  }
}

Range kl_range(const std::vector<float>& values) {
  KlObserver observer("t");
  observer.observe(values);
  return observer.range();
}

/// `count` quantiles of a distribution: no chance involved.
template <typename Quantile>
std::vector<float> quantiles(std::size_t count, Quantile&& quantile) {
  std::vector<float> values(count);
  for (std::size_t i = 0; i < count; ++i) {
    values[i] =
        static_cast<float>(quantile((static_cast<double>(i) + 0.5) / static_cast<double>(count)));
  }
  return values;
}

double exponential(double p) {
  return -std::log1p(-p);
}

/// Half of the normal distribution, as |x|, by bisection of erf.
double half_normal(double p) {
  double low = 0.0;
  double high = 8.0;
  for (int i = 0; i < 40; ++i) {
    const double middle = 0.5 * (low + high);
    (std::erf(middle / std::numbers::sqrt2) < p ? low : high) = middle;
  }
  return low;
}

TEST(KlObserver, DoesNotClipAUniformDistribution) {
  // 6 needs 1536 bins of 1/256: the last candidate is exact.
  const std::vector<float> one_sign = quantiles(1'000'000, [](double p) { return 6.0 * p; });
  EXPECT_EQ(kl_range(one_sign), (Range{0.0F, one_sign.back()}));
  const std::vector<float> both = quantiles(1'000'000, [](double p) { return 12.0 * p - 6.0; });
  EXPECT_EQ(kl_range(both), (Range{both.front(), both.back()}));
}

/// A normal distribution with one value in 10,000 at 40 sigma: 255 levels up to 40 would leave six
/// levels per sigma. The narrowest candidate is 255 bins of 1/32.
TEST(KlObserver, ClipsOutliersOfANormalDistribution) {
  std::vector<float> values = quantiles(100'000, half_normal);
  std::fill_n(values.begin(), 10, 40.0F);
  const Range range = kl_range(values);
  EXPECT_EQ(range.low, 0.0F);
  EXPECT_GE(range.high, 255.0F / 32.0F);
  EXPECT_LT(range.high, 10.0F);
}

/// The outliers lie on the positive side; the other side keeps its smallest value. With two signs
/// the narrowest candidate is 128 bins of 1/32.
TEST(KlObserver, ClipsTheSideThatNeedsItOnly) {
  std::vector<float> values = quantiles(100'000, half_normal);
  for (std::size_t i = 0; i < values.size(); i += 2) {
    values[i] *= -0.25F;
  }
  const float lowest = *std::min_element(values.begin(), values.end());
  std::fill_n(values.begin() + 1, 10, 40.0F);
  const Range range = kl_range(values);
  EXPECT_EQ(range.low, lowest);
  EXPECT_GE(range.high, 128.0F / 32.0F);
  EXPECT_LT(range.high, 8.0F);
}

/// Zeros are exact whatever the range: they must not narrow it.
TEST(KlObserver, ExactZerosDoNotMatter) {
  std::vector<float> values = quantiles(50'000, exponential);
  const Range without = kl_range(values);
  values.resize(1'000'000, 0.0F);
  EXPECT_EQ(kl_range(values), without);
  EXPECT_GT(without.high, 5.0F);
}

TEST(KlObserver, IsSymmetricInTheSign) {
  std::vector<float> values = quantiles(20'000, exponential);
  std::fill_n(values.begin(), 3, 90.0F);
  const Range range = kl_range(values);
  for (float& value : values) {
    value = -value;
  }
  EXPECT_EQ(kl_range(values), (Range{-range.high, -range.low}));
  EXPECT_LT(range.high, 90.0F);
}

/// A factor that is a power of two moves every bin edge with the values.
TEST(KlObserver, ScalesWithTheValues) {
  std::vector<float> values = quantiles(20'000, exponential);
  std::fill_n(values.begin(), 3, 90.0F);
  const Range range = kl_range(values);
  for (float& value : values) {
    value = std::ldexp(value, -20);
  }
  EXPECT_EQ(kl_range(values).high, std::ldexp(range.high, -20));
}

/// A few values, each in a bin of its own, are represented exactly at full range.
TEST(KlObserver, DoesNotClipAFewValues) {
  EXPECT_EQ(kl_range({0.1F, 1.0F, 7.0F, -3.0F}), (Range{-3.0F, 7.0F}));
}

}  // namespace
}  // namespace caloquant
