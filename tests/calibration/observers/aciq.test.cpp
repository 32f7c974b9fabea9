#include "calibration/observers/aciq.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace caloquant {
namespace {

Range range_of(const std::vector<float>& values, AciqPrior prior) {
  AciqObserver observer("t", prior);
  observer.observe(values);
  return observer.range();
}

/// 8000 times -3 and 5, once -100 and 1000: mean and widths by hand, all values near bin edges of
/// 1/32 (half of it on either side at most).
TEST(AciqObserver, ClipsAroundTheMean) {
  std::vector<float> values;
  for (int i = 0; i < 8000; ++i) {
    values.insert(values.end(), {-3.0F, 5.0F});
  }
  values.insert(values.end(), {-100.0F, 1000.0F});
  const double count = 16002.0;
  const double mean = (8000.0 * 2.0 + 900.0) / count;
  const double b =
      (8000.0 * ((3.0 + mean) + (5.0 - mean)) + (100.0 + mean) + (1000.0 - mean)) / count;
  const Range laplace = range_of(values, AciqPrior::laplace);
  EXPECT_NEAR(laplace.low, mean - 9.8968 * b, 0.2);
  EXPECT_NEAR(laplace.high, mean + 9.8968 * b, 0.2);
  const double variance = (8000.0 * ((3.0 + mean) * (3.0 + mean) + (5.0 - mean) * (5.0 - mean)) +
                           (100.0 + mean) * (100.0 + mean) + (1000.0 - mean) * (1000.0 - mean)) /
                          count;
  const Range gauss = range_of(values, AciqPrior::gauss);
  EXPECT_NEAR(gauss.low, mean - 3.9240 * std::sqrt(variance), 0.1);
  EXPECT_NEAR(gauss.high, mean + 3.9240 * std::sqrt(variance), 0.1);
}

/// Half of a distribution around 0: one bit more, and zeros are no part of it.
TEST(AciqObserver, TakesOneSignForHalfOfADistribution) {
  std::vector<float> values(10'000, 1.0F);
  values.push_back(1000.0F);
  const double b = (10'000.0 + 1000.0) / 10'001.0;
  const Range range = range_of(values, AciqPrior::laplace);
  EXPECT_EQ(range.low, 0.0F);
  EXPECT_NEAR(range.high, 11.1627 * b, 0.2);
  values.resize(1'000'000, 0.0F);
  EXPECT_EQ(range_of(values, AciqPrior::laplace), range);
}

/// Mean over standard deviation of |x - mu| is 1 / sqrt 2 for Laplace, sqrt(2 / pi) for normal, and
/// the border lies between, at sqrt(pi / (2 e)) = 0.760. Two values +-1 have 1.
TEST(AciqObserver, TakesTheLikelierPrior) {
  std::vector<float> heavy;
  std::vector<float> light;
  for (int i = 0; i < 1000; ++i) {
    const double p = (i + 0.5) / 1000.0;
    heavy.insert(heavy.end(), {static_cast<float>(-std::log(p)), static_cast<float>(std::log(p))});
    light.insert(light.end(), {static_cast<float>(p), static_cast<float>(-p)});
  }
  for (int i = 0; i < 3; ++i) {  // something to clip, on both sides
    heavy.insert(heavy.end(), {90.0F, -90.0F});
  }
  light.insert(light.end(), {3.0F, -3.0F});
  EXPECT_EQ(range_of(heavy, AciqPrior::likelier), range_of(heavy, AciqPrior::laplace));
  EXPECT_NE(range_of(heavy, AciqPrior::likelier), range_of(heavy, AciqPrior::gauss));
  EXPECT_EQ(range_of(light, AciqPrior::likelier), range_of(light, AciqPrior::gauss));
  EXPECT_NE(range_of(light, AciqPrior::likelier), range_of(light, AciqPrior::laplace));
}

}  // namespace
}  // namespace caloquant
