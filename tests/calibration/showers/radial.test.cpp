#include "calibration/showers/radial.hpp"

#include "tests/support/support.hpp"

namespace caloquant::showers {
namespace {

struct Point {
  double energy = 0.0;
  double tau = 0.0;
  RadialProfile profile;
};

/// Numbers of an independent evaluation of the formulas (numpy), printed with all digits.
TEST(RadialProfileTest, AgreesWithAnIndependentEvaluation) {
  const Point points[] = {
      {10.0, 0.3, {0.07308481197092612, 1.229283155157946, 0.9535386943217692}},
      {100.0, 1.0, {0.1347291566737784, 0.5800422846123372, 0.8379874057149299}},
      {500.0, 2.5, {0.2694183697263958, 1.3806804161700161, 0.33513755683324997}},
  };
  for (const Point& point : points) {
    const RadialProfile profile = radial_profile(EcalStack::clic_o2(), point.energy, point.tau);
    EXPECT_NEAR(profile.core, point.profile.core, 1e-12);
    EXPECT_NEAR(profile.tail, point.profile.tail, 1e-12);
    EXPECT_NEAR(profile.core_weight, point.profile.core_weight, 1e-12);
  }
}

TEST(RadialProfileTest, StaysPhysicalForEveryAge) {
  for (const double energy : {1.0, 30.0, 1000.0}) {
    for (double tau = 0.0; tau < 8.0; tau += 0.05) {
      const RadialProfile profile = radial_profile(EcalStack::clic_o2(), energy, tau);
      EXPECT_GT(profile.core, 0.0);
      EXPECT_GE(profile.tail, profile.core);
      EXPECT_GE(profile.core_weight, 0.0);
      EXPECT_LE(profile.core_weight, 1.0);
    }
  }
}

}  // namespace
}  // namespace caloquant::showers
