#include "ops/core/extremes.hpp"

#include <algorithm>
#include <limits>
#include <vector>

#include "tests/support/support.hpp"

namespace caloquant {
namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();

TEST(Extremes, OfNothingAreZero) {
  const Extremes extremes = extremes_of({});
  EXPECT_EQ(extremes.low, 0.0F);
  EXPECT_EQ(extremes.high, 0.0F);
  EXPECT_EQ(extremes.zeros, 0U);
  EXPECT_FALSE(extremes.not_finite);
}

TEST(Extremes, AlwaysContainZero) {
  EXPECT_EQ(extremes_of(std::vector{3.0F, 5.0F}).low, 0.0F);
  EXPECT_EQ(extremes_of(std::vector{-3.0F, -5.0F}).high, 0.0F);
}

TEST(Extremes, CountBothZerosButNoDenormal) {
  const std::vector values{0.0F, -0.0F, 1.0F, std::numeric_limits<float>::denorm_min()};
  EXPECT_EQ(extremes_of(values).zeros, 2U);
}

TEST(Extremes, NameTheFirstValueThatIsNotFinite) {
  for (const float bad : {infinity, -infinity, std::numeric_limits<float>::quiet_NaN(),
                          -std::numeric_limits<float>::quiet_NaN()}) {
    for (std::size_t index = 0; index < 70; ++index) {
      std::vector<float> values(70, 1.0F);
      values[index] = bad;
      values.back() = bad;
      EXPECT_EQ(extremes_of(values).not_finite, index);
    }
  }
}

using ExtremesProperty = testing::PropertyTest;

TEST_F(ExtremesProperty, EqualTheNaiveOnes) {
  for (int repeat = 0; repeat < 200; ++repeat) {
    std::vector<float> values(static_cast<std::size_t>(testing::uniform_int(random, 1, 100)));
    for (float& value : values) {
      value = std::max(-0.5F, testing::uniform(random, -2.0F, 1.0F)) + 0.5F;
    }
    const Extremes extremes = extremes_of(values);
    EXPECT_EQ(extremes.low, std::min(0.0F, *std::min_element(values.begin(), values.end())));
    EXPECT_EQ(extremes.high, std::max(0.0F, *std::max_element(values.begin(), values.end())));
    EXPECT_EQ(extremes.zeros,
              static_cast<std::uint64_t>(std::count(values.begin(), values.end(), 0.0F)));
  }
}

}  // namespace
}  // namespace caloquant
