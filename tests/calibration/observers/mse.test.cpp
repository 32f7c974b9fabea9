#include "calibration/observers/mse.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "calibration/observers/local_error.hpp"
#include "ops/core/qmath.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

constexpr float small_value = 1.015625F;  // the middle of its bin when the largest value is 1000

std::vector<float> one_outlier(std::size_t count) {
  std::vector<float> values(count, small_value);
  values.push_back(1000.0F);
  return values;
}

Range range_of(const std::vector<float>& values, const ActivationCode& code = measured_code) {
  MseObserver observer("t", code);
  observer.observe(values);
  return observer.range();
}

/// With N small values s as the first level, T / 255, the error is N (T / 255 - s)^2 + (1000 -
/// T)^2, smallest at T = (1000 + N s / 255) / (1 + N / 255^2) = 304.23 for N = 10^6. Levels that
/// leave s at 0 cost 10^6.
TEST(MseObserver, WeighsRoundingAgainstClipping) {
  const Range range = range_of(one_outlier(1'000'000));
  EXPECT_EQ(range.low, 0.0F);
  EXPECT_NEAR(range.high, 304.23, 304.23 * 0.0014);  // half a fine step of 2^(1/256)
}

/// A hundred small values are not worth a clipped one.
TEST(MseObserver, DoesNotClipForAFewValues) {
  EXPECT_EQ(range_of(one_outlier(100)), (Range{0.0F, 1000.0F}));
}

/// The type decides about the error: a code for positive values only gains nothing on the negative
/// side, one of s8 has half of the levels.
TEST(MseObserver, MeasuresTheCodeItIsGiven) {
  const auto s8 = [](const Range& range) { return symmetric_s8(range.low, range.high); };
  const float high = range_of(one_outlier(1'000'000), s8).high;
  // T / 127 now: (1000 + N s / 127) / (1 + N / 127^2) = 142.81.
  EXPECT_NEAR(high, 142.81, 142.81 * 0.0014);
}

using MseProperty = testing::PropertyTest;

TEST_F(MseProperty, IsNeverWorseThanMinMax) {
  for (int repeat = 0; repeat < 5; ++repeat) {
    std::normal_distribution<float> normal(testing::uniform(random, -1.0F, 1.0F), 1.0F);
    std::vector<float> values(3000);
    for (float& value : values) {
      value = normal(random) * (testing::uniform_int(random, 0, 99) == 0 ? 20.0F : 1.0F);
    }
    ValueDistribution distribution;
    distribution.add(values, extremes_of(values));
    const auto cells = distribution.cells();
    const double best = squared_error(cells, measured_code(mse_range(distribution, measured_code)));
    EXPECT_LE(best, squared_error(cells, measured_code(distribution.extremes())));
    for (int trial = 0; trial < 20; ++trial) {
      const double threshold = static_cast<double>(testing::uniform(random, 0.1F, 60.0F));
      const Range range = clipped(distribution.extremes(), threshold);
      EXPECT_LE(best, 1.05 * squared_error(cells, measured_code(range))) << threshold;
    }
  }
}

}  // namespace
}  // namespace caloquant
