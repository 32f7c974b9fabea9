#include "calibration/showers/ecal_stack.hpp"

#include "tests/support/support.hpp"

namespace caloquant::showers {
namespace {

/// The derived numbers that were published with the parametrisation of this stack; half a unit of
/// the last digit.
TEST(EcalStack, HasTheKnownDerivedNumbers) {
  const EcalStack stack = EcalStack::clic_o2();
  EXPECT_NEAR(stack.atomic_number, 65.4, 0.05);
  EXPECT_NEAR(stack.critical_energy, 9.22, 0.005);
  EXPECT_NEAR(stack.radiation_length, 6.79, 0.005);
  EXPECT_NEAR(stack.moliere_radius, 15.62, 0.005);
  EXPECT_NEAR(stack.sampling_frequency, 1.544, 0.0005);
  EXPECT_NEAR(stack.e_over_mip, 0.715, 0.0005);
  const EcalLayer& thin = stack.layers.front();
  const EcalLayer& thick = stack.layers.back();
  EXPECT_NEAR(thin.end - thin.begin, 0.648, 0.0005);
  EXPECT_NEAR(thick.end - thick.begin, 1.258, 0.0005);
  EXPECT_NEAR(thick.end, 21.07, 0.005);
  EXPECT_NEAR(thin.visible_share, 0.0332, 0.00005);
  EXPECT_NEAR(thick.visible_share, 0.0179, 0.00005);
}

TEST(EcalStack, LayersFollowEachOther) {
  const EcalStack stack = EcalStack::clic_o2();
  EXPECT_EQ(stack.layers[0].begin, 0.0);
  for (std::size_t i = 1; i < stack.layers.size(); ++i) {
    EXPECT_EQ(stack.layers[i].begin, stack.layers[i - 1].end);
  }
  // From silicon to silicon: one period; the thicker tungsten lies in front. Sums of 25 doubles.
  EXPECT_NEAR(stack.layers[0].silicon, 2.4 + 0.25 + 0.1 + 0.25, 1e-12);
  EXPECT_NEAR(stack.layers[16].silicon - stack.layers[15].silicon, 4.4, 1e-12);
  EXPECT_NEAR(stack.layers[17].silicon - stack.layers[16].silicon, 6.8, 1e-12);
  EXPECT_NEAR(stack.layers[24].silicon - stack.layers[23].silicon, 6.8, 1e-12);
  EXPECT_NEAR(stack.layers[17].variance_per_gev, 2.0 * stack.layers[16].variance_per_gev, 1e-15);
  EXPECT_NEAR(stack.layers[16].variance_per_gev, 0.17 * 0.17, 1e-15);
}

}  // namespace
}  // namespace caloquant::showers
