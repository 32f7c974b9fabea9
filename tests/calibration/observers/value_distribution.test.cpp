#include "calibration/observers/value_distribution.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <vector>

#include "tests/support/support.hpp"

namespace caloquant {
namespace {

ValueDistribution distribution_of(const std::vector<float>& values) {
  ValueDistribution distribution;
  distribution.add(values, extremes_of(values));
  return distribution;
}

/// 1000 needs bins of 2^10 / 2^15.
TEST(ValueDistribution, HoldsValuesByTheMiddleOfTheirBins) {
  const ValueDistribution distribution =
      distribution_of({0.0F, -0.0F, 1.0F, 1.03F, -2.0F, 1000.0F, 0.001F});
  EXPECT_EQ(distribution.width(), 1.0 / 32.0);
  EXPECT_EQ(distribution.extremes(), (Range{-2.0F, 1000.0F}));
  EXPECT_EQ(distribution.zeros(), 2U);
  EXPECT_EQ(distribution.nonzeros(), 5U);
  const auto cells = distribution.cells();
  ASSERT_EQ(cells.size(), 4U);
  EXPECT_EQ(cells[0].value, -2.0F + 1.0F / 64.0F);
  EXPECT_EQ(cells[1].value, 1.0F / 64.0F);  // 0.001, without the zeros
  EXPECT_EQ(cells[1].count, 1U);
  EXPECT_EQ(cells[2].value, 1.0F + 1.0F / 64.0F);
  EXPECT_EQ(cells[2].count, 2U);
  EXPECT_EQ(cells[3].value, 1000.0F);  // not beyond the largest value
}

TEST(ValueDistribution, FoldsMagnitudes) {
  const auto counts = distribution_of({0.0F, 0.01F, -0.01F, 1.01F, -1.01F, 1000.0F}).magnitudes();
  EXPECT_EQ(counts[0], 2U);
  EXPECT_EQ(counts[32], 2U);
  EXPECT_EQ(counts[32000], 1U);
  EXPECT_EQ(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}), 5U);
}

TEST(ValueDistribution, OfNothingIsEmpty) {
  const ValueDistribution distribution;
  EXPECT_EQ(distribution.extremes(), Range{});
  EXPECT_TRUE(distribution.cells().empty());
}

using ValueDistributionProperty = testing::PropertyTest;

TEST_F(ValueDistributionProperty, ValuesAreHalfABinFromTheirCellAtMost) {
  std::vector<float> values(5000);
  for (float& value : values) {
    value = testing::uniform(random, -1.0F, 3.0F) * testing::uniform(random, 0.0F, 1.0F);
  }
  const ValueDistribution distribution = distribution_of(values);
  EXPECT_LE(distribution.width(), 3.0 / 16384.0);
  std::sort(values.begin(), values.end());
  std::erase(values, 0.0F);
  std::size_t next = 0;
  for (const ValueDistribution::Cell& cell : distribution.cells()) {
    for (std::uint64_t i = 0; i < cell.count; ++i, ++next) {
      EXPECT_NEAR(values.at(next), cell.value, 0.5 * distribution.width());
    }
  }
  EXPECT_EQ(next, values.size());
}

}  // namespace
}  // namespace caloquant
