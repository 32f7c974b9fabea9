#include "quantizer/showers/primaries.hpp"

#include <gmock/gmock.h>

#include <caloquant/error.hpp>
#include <cmath>
#include <numbers>

#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using ::testing::HasSubstr;

TEST(Primaries, FixedEnergiesAreTakenInTurn) {
  const Primaries primaries{.seed = 3, .energies = {100.0, 200.0}};
  EXPECT_EQ(draw_primary(primaries, 0).energy, 100.0);
  EXPECT_EQ(draw_primary(primaries, 1).energy, 200.0);
  EXPECT_EQ(draw_primary(primaries, 4).energy, 100.0);
}

TEST(Primaries, DependOnSeedAndEventOnlyAndLieWithinTheirRanges) {
  const Primaries primaries{.seed = 3, .energy_low = 10.0, .energy_high = 20.0, .energies = {}};
  for (std::int64_t event = 0; event < 50; ++event) {
    const EventLabel label = draw_primary(primaries, event);
    EXPECT_EQ(label, draw_primary(primaries, event));
    EXPECT_TRUE(label.energy >= 10.0 && label.energy <= 20.0);
    EXPECT_NEAR(label.theta, 0.5 * std::numbers::pi, std::numbers::pi / 6.0 + 1e-6);
  }
  Primaries other = primaries;
  other.seed = 4;
  EXPECT_NE(draw_primary(primaries, 0), draw_primary(other, 0));
}

TEST(Primaries, WrongOnesAreNamed) {
  const auto message = [](const Primaries& primaries, InputEncoding encoding) {
    EXPECT_THROW(check(primaries, encoding), UsageError);
    return testing::message_of([&] { check(primaries, encoding); });
  };
  const auto angle = InputEncoding::energy_angle_noise;
  EXPECT_THAT(message({.energies = {100.0, -1.0}}, angle), HasSubstr("--energy"));
  EXPECT_THAT(message({.energies = {std::nan("")}}, angle), HasSubstr("--energy"));
  EXPECT_THAT(message({.energy_low = 2.0, .energy_high = 1.0, .energies = {}}, angle),
              HasSubstr("is empty"));
  EXPECT_THAT(message({}, InputEncoding::energy_times_noise), HasSubstr("90 degrees"));
  EXPECT_THAT(testing::message_of([] { check_number("--batch", 0, 1, 8); }),
              HasSubstr("from 1 to 8"));
}

}  // namespace
}  // namespace caloquant
