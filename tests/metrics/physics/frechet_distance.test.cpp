#include "metrics/physics/frechet_distance.hpp"

#include <algorithm>
#include <cmath>

#include "tests/metrics/physics/physics_goldens.hpp"
#include "tests/metrics/physics/physics_sample.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

/// One feature: (mean)^2 + (sd - sd')^2. {0, 2}: 1, variance 2; {4, 12}: 8, variance 32.
TEST(FrechetDistance, ByHand) {
  const FeatureRows a{1, {0, 2}};
  const FeatureRows b{1, {4, 12}};
  EXPECT_NEAR(frechet_distance(a, b), 49.0 + 18.0, 67 * 1e-15);
  EXPECT_TRUE(std::isnan(frechet_distance(a, FeatureRows{1, {3}})));
}

/// d^2 = 6e-4 is left of traces of order 0.1, whose roundings are 1e-16 times some hundred.
TEST(FrechetDistance, EqualsNumpy) {
  const FeatureRows a = testing::physics_features(1, 60);
  const FeatureRows b = testing::physics_features(5000, 60);
  EXPECT_NEAR(frechet_distance(normalise(a, a), normalise(b, a)), testing::golden_frechet, 1e-13);
}

/// Features that depend on each other make a singular covariance: no digits may be lost to a root.
TEST(FrechetDistance, EqualSamplesAreAtZeroEvenWithDependentFeatures) {
  FeatureRows rows{3, {}};
  for (int i = 0; i < 50; ++i) {
    const double x = std::sin(i);
    const double y = std::cos(3.0 * i);
    rows.add(std::vector{x, y, 1.0 - x - y});
  }
  EXPECT_NEAR(frechet_distance(rows, rows), 0.0, 1e-14);
}

TEST(BoundedIntercept, EqualsScipy) {
  const auto check = [](const auto& y, const auto& golden) {
    const Estimate fit = bounded_intercept(testing::golden_line_x, y);
    // scipy iterates to a bound; it stops within 1e-8 of the scale of y.
    EXPECT_NEAR(fit.value, golden[0], 1e-8);
    EXPECT_NEAR(fit.error, golden[1], 1e-8);
  };
  check(testing::golden_line_free, testing::golden_fit_free);
  check(testing::golden_line_flat, testing::golden_fit_flat);
  check(testing::golden_line_steep, testing::golden_fit_steep);
}

class FrechetPhysics : public testing::PropertyTest {
 protected:
  FeatureRows normal_rows(std::size_t count, double shift) {
    std::normal_distribution<double> normal;
    FeatureRows rows{3, {}};
    for (std::size_t i = 0; i < count; ++i) {
      rows.add(std::vector{5.0 + shift + normal(random), normal(random), normal(random)});
    }
    return rows;
  }
};

TEST_F(FrechetPhysics, EqualPairedSamplesAreAtZero) {
  const FeatureRows rows = normal_rows(200, 0.0);
  const auto distance = frechet_physics_distance(rows, rows, true, 1);
  ASSERT_TRUE(distance);
  EXPECT_NEAR(distance->distance.value, 0.0, 1e-13);
  EXPECT_EQ(distance->smallest, 40U);
  EXPECT_EQ(distance->largest, 200U);
  EXPECT_TRUE(distance->scaled);
}

/// The shift in units of the largest value of A, squared; the bias of finite samples is gone. Its
/// standard error is 2 d sqrt(2 / N) / largest, and the spread of the fit is of that order.
TEST_F(FrechetPhysics, AShiftIsFoundWhateverTheNumberOfEvents) {
  const FeatureRows a = normal_rows(2000, 0.0);
  double largest = 0.0;
  for (std::size_t row = 0; row < a.rows(); ++row) {
    largest = std::max(largest, std::abs(a.row(row)[0]));
  }
  const auto distance = frechet_physics_distance(a, normal_rows(2000, 2.0), false, 1);
  const double error = 2.0 * 2.0 * std::sqrt(2.0 / 2000.0) / (largest * largest);
  EXPECT_NEAR(distance->distance.value, 4.0 / (largest * largest), 6.0 * error);
}

TEST_F(FrechetPhysics, TooFewEventsHaveNoDistance) {
  EXPECT_FALSE(frechet_physics_distance(normal_rows(99, 0.0), normal_rows(200, 0.0), false, 1));
}

}  // namespace
}  // namespace caloquant
