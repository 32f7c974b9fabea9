// The example of metrics/README.md: the page shows what lies between the markers.

#include <gtest/gtest.h>

#include <vector>

// [loss]
#include "metrics/shower/shower_loss.hpp"

namespace caloquant {

/// Images [events, X, Y, Z] in GeV; event i of one belongs to event i of the other.
ShowerLossResult paired_loss(std::span<const float> test, std::span<const float> reference,
                             const ImageExtents& extents, std::size_t events) {
  const ShowerLossOptions options = shower_loss_preset("tune", "the example");
  const EnergyUnits gev{.scale = 1.0, .power = 1.0};
  const ShowerProfiles::Spec spec = profiles_spec(options, extents, events, gev, gev);
  ShowerProfiles expected(spec);  // accumulated once, compared with every trial
  expected.add(0, reference);     // in order of events, any number at a time
  ShowerProfiles found(spec);
  found.add(0, test);
  return shower_loss(found, expected, options);
}

}  // namespace caloquant
// [/loss]

namespace caloquant {
namespace {

/// Two events of [1, 1, 2], as in tests/metrics/shower/shower_loss.test.cpp.
TEST(MeasuringALoss, GivesTheLossOfTwoSamples) {
  const std::vector<float> test{1, 3, 3, 9};
  const std::vector<float> reference{1, 3, 1, 3};
  EXPECT_EQ(paired_loss(test, reference, {1, 1, 2}, 2).value, 590.0);
  EXPECT_EQ(paired_loss(reference, reference, {1, 1, 2}, 2).value, 0.0);
}

}  // namespace
}  // namespace caloquant
