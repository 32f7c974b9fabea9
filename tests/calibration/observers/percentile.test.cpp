#include "calibration/observers/percentile.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace caloquant {
namespace {

/// 1 to 1000: bins of 1/32. The end of a range is the upper edge of the bin of its last value.
std::vector<float> counting(float sign = 1.0F) {
  std::vector<float> values(1000);
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = sign * static_cast<float>(i + 1);
  }
  return values;
}

Range range_of(const std::vector<float>& values, double percent) {
  PercentileObserver observer("t", percent);
  observer.observe(values);
  return observer.range();
}

TEST(PercentileObserver, KeepsThePercentage) {
  EXPECT_EQ(range_of(counting(), 99.0), (Range{0.0F, 990.0F + 1.0F / 32.0F}));
  EXPECT_EQ(range_of(counting(), 50.0), (Range{0.0F, 500.0F + 1.0F / 32.0F}));
  EXPECT_EQ(range_of(counting(), 99.95), (Range{0.0F, 1000.0F}));
  EXPECT_EQ(range_of(counting(), 100.0), (Range{0.0F, 1000.0F}));
  EXPECT_EQ(range_of(counting(), 1e-9), (Range{0.0F, 1.0F + 1.0F / 32.0F}));
}

/// -990 is the upper edge of its bin, seen from 0.
TEST(PercentileObserver, LooksAtMagnitudes) {
  EXPECT_EQ(range_of(counting(-1.0F), 99.0), (Range{-990.0F, 0.0F}));
  std::vector<float> both = counting();
  both[9] = -10.0F;
  EXPECT_EQ(range_of(both, 99.0), (Range{-10.0F, 990.0F + 1.0F / 32.0F}));
}

TEST(PercentileObserver, ExactZerosDoNotCount) {
  std::vector<float> sparse = counting();
  sparse.resize(1'000'000, 0.0F);
  EXPECT_EQ(range_of(sparse, 99.0), range_of(counting(), 99.0));
}

}  // namespace
}  // namespace caloquant
