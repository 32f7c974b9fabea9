#include "ops/core/histogram.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "tests/support/support.hpp"

namespace caloquant {
namespace {

std::vector<std::uint64_t> counts_of(const Histogram& histogram) {
  return {histogram.counts().begin(), histogram.counts().end()};
}

Histogram histogram_of(HistogramRange range, const std::vector<float>& values, std::size_t bins) {
  Histogram histogram(range, bins);
  EXPECT_FALSE(histogram.add(values));
  return histogram;
}

TEST(Histogram, MagnitudesByHand) {
  // 3.5 needs 4 bins of width 1.
  const Histogram histogram =
      histogram_of(HistogramRange::magnitude, {0.0F, 0.5F, -1.0F, 1.5F, -3.5F}, 4);
  EXPECT_EQ(histogram.width(), 1.0);
  EXPECT_EQ(histogram.lower(), 0.0);
  EXPECT_EQ(counts_of(histogram), (std::vector<std::uint64_t>{2, 2, 0, 1}));
}

TEST(Histogram, BothSignsByHand) {
  const Histogram histogram =
      histogram_of(HistogramRange::symmetric, {-2.0F, -0.5F, -0.0F, 0.0F, 1.0F, 1.5F}, 4);
  EXPECT_EQ(histogram.width(), 1.0);
  EXPECT_EQ(histogram.lower(), -2.0);
  EXPECT_EQ(counts_of(histogram), (std::vector<std::uint64_t>{1, 1, 2, 2}));
}

TEST(Histogram, TheUpperEdgeBelongsToTheNextBin) {
  EXPECT_EQ(histogram_of(HistogramRange::magnitude, {4.0F}, 4).width(), 2.0);
  EXPECT_EQ(histogram_of(HistogramRange::magnitude, {std::nextafter(4.0F, 0.0F)}, 4).width(), 1.0);
  EXPECT_EQ(histogram_of(HistogramRange::symmetric, {2.0F}, 4).width(), 2.0);
  EXPECT_EQ(histogram_of(HistogramRange::symmetric, {-2.0F}, 4).width(), 1.0);
  EXPECT_EQ(histogram_of(HistogramRange::symmetric, {std::nextafter(-2.0F, -3.0F)}, 4).width(),
            2.0);
}

TEST(Histogram, WideningMergesNeighbours) {
  Histogram histogram = histogram_of(HistogramRange::magnitude, {0.5F, 1.5F, 2.5F, 3.5F}, 4);
  ASSERT_FALSE(histogram.add(std::vector{7.0F}));
  EXPECT_EQ(histogram.width(), 2.0);
  EXPECT_EQ(counts_of(histogram), (std::vector<std::uint64_t>{2, 2, 0, 1}));
}

TEST(Histogram, TakesTheWholeRangeOfFloat) {
  using Limits = std::numeric_limits<float>;
  for (const HistogramRange range : {HistogramRange::magnitude, HistogramRange::symmetric}) {
    for (const std::size_t bins : {std::size_t{4}, std::size_t{2048}, std::size_t{65536}}) {
      Histogram histogram =
          histogram_of(range, {Limits::denorm_min(), -Limits::denorm_min()}, bins);
      EXPECT_EQ(histogram.total(), 2U);
      ASSERT_FALSE(histogram.add(std::vector{Limits::max(), Limits::lowest(), 0.0F}));
      EXPECT_EQ(histogram.total(), 5U);
      EXPECT_GT(histogram.counts().back(), 0U);
    }
  }
}

TEST(Histogram, OfZerosHasThemWhereZeroIs) {
  EXPECT_EQ(histogram_of(HistogramRange::magnitude, {0.0F, -0.0F}, 2048).counts().front(), 2U);
  EXPECT_EQ(histogram_of(HistogramRange::symmetric, {0.0F, -0.0F}, 2048).counts()[1024], 2U);
}

TEST(Histogram, RejectsWhatIsNotFiniteAndStaysAsItWas) {
  using Limits = std::numeric_limits<float>;
  for (const float bad : {Limits::quiet_NaN(), Limits::infinity(), -Limits::infinity()}) {
    Histogram histogram = histogram_of(HistogramRange::magnitude, {1.0F}, 2048);
    const Histogram before = histogram;
    EXPECT_EQ(histogram.add(std::vector{5.0F, 6.0F, bad, bad}), 2U);
    EXPECT_EQ(histogram, before);
  }
}

class HistogramProperty : public testing::PropertyTest {
 protected:
  /// Magnitudes over ten decades, some zeros, often too many for the plain way of counting.
  std::vector<float> values() {
    std::vector<float> result(static_cast<std::size_t>(testing::uniform_int(random, 1, 20000)));
    const float widest = testing::uniform(random, -10.0F, 10.0F);
    for (float& value : result) {
      value = std::exp(testing::uniform(random, widest - 20.0F, widest));
      const int kind = testing::uniform_int(random, 0, 3);
      value = kind == 0 ? 0.0F : (kind == 1 ? -value : value);
    }
    result.front() = std::exp(widest);
    return result;
  }
};

TEST_F(HistogramProperty, EveryValueLiesInItsBin) {
  for (const HistogramRange range : {HistogramRange::magnitude, HistogramRange::symmetric}) {
    const std::vector<float> all = values();
    const Histogram histogram = histogram_of(range, all, 256);
    std::vector<std::uint64_t> expected(256, 0);
    for (const float value : all) {
      const double x =
          static_cast<double>(range == HistogramRange::magnitude ? std::abs(value) : value);
      // Both quotients are exact: the width is a power of two.
      const double bin = std::floor(x / histogram.width()) - histogram.lower() / histogram.width();
      ++expected[static_cast<std::size_t>(bin)];
    }
    EXPECT_EQ(counts_of(histogram), expected);
    EXPECT_EQ(histogram.total(), all.size());
    // More than half of the bins of one side are in use.
    const auto first = expected.begin();
    const bool magnitude = range == HistogramRange::magnitude;
    const std::uint64_t upper =
        std::accumulate(first + (magnitude ? 128 : 192), expected.end(), std::uint64_t{0});
    const std::uint64_t lower =
        magnitude ? 0 : std::accumulate(first, first + 64, std::uint64_t{0});
    EXPECT_GT(upper + lower, 0U);
  }
}

TEST_F(HistogramProperty, OrderAndBatchesDoNotMatter) {
  for (const HistogramRange range : {HistogramRange::magnitude, HistogramRange::symmetric}) {
    std::vector<float> all = values();
    const Histogram once = histogram_of(range, all, 2048);
    std::shuffle(all.begin(), all.end(), random);
    Histogram streamed(range, 2048);
    for (std::size_t first = 0; first < all.size();) {
      const std::size_t count = std::min(
          static_cast<std::size_t>(testing::uniform_int(random, 0, 5000)), all.size() - first);
      const std::span<const float> batch = std::span(all).subspan(first, count);
      ASSERT_FALSE(streamed.add(batch));
      first += count;
    }
    EXPECT_EQ(streamed, once);
  }
}

}  // namespace
}  // namespace caloquant
