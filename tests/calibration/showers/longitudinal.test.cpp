#include "calibration/showers/longitudinal.hpp"

#include <cmath>

#include "tests/support/support.hpp"

namespace caloquant::showers {
namespace {

/// P(1, x) = 1 - exp(-x), P(1/2, x) = erf(sqrt x). Both sides carry a few ulps of values up to 1.
TEST(RegularisedGamma, AgreesWithClosedForms) {
  for (const double x : {0.0, 1e-6, 0.1, 0.9, 1.0, 2.0, 7.5, 40.0}) {
    EXPECT_NEAR(regularised_gamma(1.0, x), -std::expm1(-x), 1e-14);
    EXPECT_NEAR(regularised_gamma(0.5, x), std::erf(std::sqrt(x)), 1e-14);
  }
}

/// P(a + 1, x) = P(a, x) - x^a exp(-x) / Gamma(a + 1).
TEST(RegularisedGamma, FollowsItsRecurrence) {
  for (const double a : {1.1, 3.7, 6.2, 11.0}) {
    for (const double x : {0.2, 3.0, 6.1, 20.0}) {
      const double step = std::exp(a * std::log(x) - x - std::lgamma(a + 1.0));
      EXPECT_NEAR(regularised_gamma(a + 1.0, x), regularised_gamma(a, x) - step, 1e-14);
    }
  }
}

/// Numbers of an independent evaluation of the formulas (numpy), printed with all digits.
TEST(LongitudinalParameters, AgreeWithAnIndependentEvaluation) {
  const EcalStack stack = EcalStack::clic_o2();
  const LongitudinalParameters low = longitudinal_parameters(stack, 2.0);
  EXPECT_NEAR(low.mean_ln_maximum, 1.389923727649928, 1e-12);
  EXPECT_NEAR(low.mean_ln_alpha, 1.1478281997919813, 1e-12);
  EXPECT_NEAR(low.sigma_ln_maximum, 0.2367174665128943, 1e-12);
  EXPECT_NEAR(low.sigma_ln_alpha, 0.2915579858058611, 1e-12);
  EXPECT_NEAR(low.correlation, 0.6602702056124037, 1e-12);
  const LongitudinalParameters high = longitudinal_parameters(stack, 100.0);
  EXPECT_NEAR(high.mean_ln_maximum, 2.0702200097546974, 1e-12);
  EXPECT_NEAR(high.mean_ln_alpha, 1.6249491669513192, 1e-12);
  EXPECT_NEAR(high.sigma_ln_maximum, 0.10971560054880536, 1e-12);
  EXPECT_NEAR(high.sigma_ln_alpha, 0.1533660559497412, 1e-12);
  EXPECT_NEAR(high.correlation, 0.5702936764875564, 1e-12);
}

TEST(LongitudinalParameters, SpreadsAreCappedNearTheirPoles) {
  const LongitudinalParameters low = longitudinal_parameters(EcalStack::clic_o2(), 0.3);
  EXPECT_EQ(low.sigma_ln_maximum, 0.5);
}

class LongitudinalDraws : public testing::PropertyTest {};

/// Sample means, spreads and correlation of n pairs; SE(mean) = s/sqrt n, SE(s) = s/sqrt(2n),
/// SE(correlation) = (1 - rho^2)/sqrt n. Five standard errors.
TEST_F(LongitudinalDraws, HaveTheGivenMoments) {
  const LongitudinalParameters expected = longitudinal_parameters(EcalStack::clic_o2(), 100.0);
  constexpr int n = 20'000;
  double sum_t = 0.0;
  double sum_a = 0.0;
  double square_t = 0.0;
  double square_a = 0.0;
  double product = 0.0;
  for (std::uint64_t event = 0; event < n; ++event) {
    philox::Stream stream(seed, event);
    const LongitudinalProfile profile = draw_profile(expected, stream);
    const double t = std::log(profile.maximum) - expected.mean_ln_maximum;
    const double a = std::log(profile.alpha) - expected.mean_ln_alpha;
    sum_t += t;
    sum_a += a;
    square_t += t * t;
    square_a += a * a;
    product += t * a;
  }
  const double root = std::sqrt(n);
  const double sigma_t = std::sqrt(square_t / n);
  const double sigma_a = std::sqrt(square_a / n);
  EXPECT_NEAR(sum_t / n, 0.0, 5.0 * sigma_t / root);
  EXPECT_NEAR(sum_a / n, 0.0, 5.0 * sigma_a / root);
  EXPECT_NEAR(sigma_t, expected.sigma_ln_maximum, 5.0 * sigma_t / std::sqrt(2.0 * n));
  EXPECT_NEAR(sigma_a, expected.sigma_ln_alpha, 5.0 * sigma_a / std::sqrt(2.0 * n));
  EXPECT_NEAR(product / n / sigma_t / sigma_a, expected.correlation,
              5.0 * (1.0 - expected.correlation * expected.correlation) / root);
}

/// The profile's density is largest at T: the share of equal slices falls off on both sides.
TEST_F(LongitudinalDraws, TheProfilePeaksAtItsMaximum) {
  philox::Stream stream(seed, 1);
  const LongitudinalProfile profile =
      draw_profile(longitudinal_parameters(EcalStack::clic_o2(), 50.0), stream);
  const auto slice = [&](double centre) {
    return profile.share_before(centre + 0.05) - profile.share_before(centre - 0.05);
  };
  EXPECT_GT(slice(profile.maximum), slice(profile.maximum - 1.0));
  EXPECT_GT(slice(profile.maximum), slice(profile.maximum + 1.0));
  EXPECT_EQ(profile.share_before(0.0), 0.0);
  EXPECT_NEAR(profile.share_before(200.0), 1.0, 1e-12);
}

TEST_F(LongitudinalDraws, StayAboveTheirLimits) {
  const LongitudinalParameters wild{.mean_ln_maximum = std::log(0.5),
                                    .mean_ln_alpha = std::log(1.1),
                                    .sigma_ln_maximum = 0.5,
                                    .sigma_ln_alpha = 0.5,
                                    .correlation = 0.0};
  philox::Stream stream(seed, 1);
  for (int i = 0; i < 100; ++i) {
    const LongitudinalProfile profile = draw_profile(wild, stream);
    EXPECT_GE(profile.maximum, 0.5);
    EXPECT_GE(profile.alpha, 1.1);
  }
}

}  // namespace
}  // namespace caloquant::showers
