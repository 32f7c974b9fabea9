#include "calibration/showers/random.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <vector>

#include "calibration/showers/longitudinal.hpp"
#include "tests/support/support.hpp"

namespace caloquant::showers {
namespace {

/// Kolmogorov-Smirnov limit of sqrt(n) D: exceeded with probability 2 exp(-2 2.7^2) = 9e-7 (for
/// discrete distributions less).
constexpr double ks_limit = 2.7;
constexpr std::size_t draws = 20'000;

class ShowerRandom : public testing::PropertyTest {};

TEST_F(ShowerRandom, GammaFollowsItsDistribution) {
  for (const double shape : {0.05, 0.5, 1.0, 1.5, 12.0, 3000.0}) {
    philox::Stream stream(seed, static_cast<std::uint64_t>(shape * 100));
    std::vector<double> sample(draws);
    std::ranges::generate(sample, [&] { return draw_gamma(stream, shape, 0.25); });
    std::ranges::sort(sample);
    double distance = 0.0;
    for (std::size_t i = 0; i < draws; ++i) {
      const double rank = (static_cast<double>(i) + 0.5) / static_cast<double>(draws);
      distance = std::max(distance, std::abs(regularised_gamma(shape, sample[i] / 0.25) - rank));
    }
    EXPECT_LT(distance * std::sqrt(static_cast<double>(draws)), ks_limit) << "shape " << shape;
  }
}

TEST_F(ShowerRandom, GammaOfShapeZeroIsZero) {
  philox::Stream stream(seed, 0);
  EXPECT_EQ(draw_gamma(stream, 0.0, 1.0), 0.0);
}

/// P(K <= k) = 1 - P(k + 1, mean). Means on both sides of the change of method at 10.
TEST_F(ShowerRandom, PoissonFollowsItsDistribution) {
  for (const double mean : {0.01, 1.0, 9.9, 10.0, 47.3, 2500.0}) {
    philox::Stream stream(seed, static_cast<std::uint64_t>(mean * 100));
    std::map<std::int64_t, std::size_t> counts;
    for (std::size_t i = 0; i < draws; ++i) {
      ++counts[draw_poisson(stream, mean)];
    }
    double distance = 0.0;
    double below = 0.0;
    for (const auto& [k, count] : counts) {
      ASSERT_GE(k, 0);
      below += static_cast<double>(count) / static_cast<double>(draws);
      const double expected = 1.0 - regularised_gamma(static_cast<double>(k) + 1.0, mean);
      distance = std::max(distance, std::abs(below - expected));
    }
    EXPECT_LT(distance * std::sqrt(static_cast<double>(draws)), ks_limit) << "mean " << mean;
  }
}

TEST_F(ShowerRandom, PoissonOfMeanZeroIsZero) {
  philox::Stream stream(seed, 0);
  EXPECT_EQ(draw_poisson(stream, 0.0), 0);
}

/// square and the direction are flat and independent: means 1/2, 0, 0; variances 1/12, 1/2, 1/2.
/// The covariance of square with cos^2 is 0 with variance 1/12 * 1/8. Five standard errors.
TEST_F(ShowerRandom, DiscPointsHaveAFlatSquareAndDirection) {
  philox::Stream stream(seed, 3);
  double square = 0.0;
  double cosine = 0.0;
  double sine = 0.0;
  double covariance = 0.0;
  for (std::size_t i = 0; i < draws; ++i) {
    const DiscPoint point = draw_in_disc(stream);
    ASSERT_GT(point.square, 0.0);
    ASSERT_LT(point.square, 1.0);
    square += point.square;
    cosine += point.a / std::sqrt(point.square);
    sine += point.b / std::sqrt(point.square);
    covariance += (point.square - 0.5) * (point.a * point.a / point.square - 0.5);
  }
  const auto n = static_cast<double>(draws);
  EXPECT_NEAR(square / n, 0.5, 5.0 * std::sqrt(1.0 / 12.0 / n));
  EXPECT_NEAR(cosine / n, 0.0, 5.0 * std::sqrt(0.5 / n));
  EXPECT_NEAR(sine / n, 0.0, 5.0 * std::sqrt(0.5 / n));
  EXPECT_NEAR(covariance / n, 0.0, 5.0 * std::sqrt(1.0 / 96.0 / n));
}

}  // namespace
}  // namespace caloquant::showers
