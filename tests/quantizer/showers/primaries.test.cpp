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

TEST(BeyondTraining, NamesEveryRangeThatLeavesIt) {
  constexpr auto angle = InputEncoding::energy_angle_noise;
  EXPECT_TRUE(beyond_training({}, angle).empty());
  const auto one = [](const Primaries& primaries,
                      InputEncoding recipe = InputEncoding::energy_angle_noise) {
    const std::vector<std::string> all = beyond_training(primaries, recipe);
    return all.size() == 1 ? all.front() : std::to_string(all.size()) + " warnings";
  };
  EXPECT_EQ(one({.energies = {}, .theta_low_deg = 20.0}),
            "theta 20:120 degrees leaves 60:120 degrees, which networks of encoding "
            "energy_angle_noise are trained on: showers outside are extrapolated");
  EXPECT_THAT(one({.energy_high = 1000.0, .energies = {}}),
              HasSubstr("energy 2:1000 GeV leaves 2:500 GeV"));
  EXPECT_THAT(one({.energies = {100.0, 600.0, 200.0}}), HasSubstr("energy 100:600 GeV"));
  EXPECT_THAT(one({.energy_low = 50.0,
                   .energy_high = 50.0,
                   .energies = {},
                   .theta_low_deg = 90.0,
                   .theta_high_deg = 90.0},
                  InputEncoding::energy_times_noise),
              HasSubstr("energy 50 GeV leaves 100:500 GeV"));
  EXPECT_EQ(
      beyond_training({.energy_low = 1.0, .energies = {}, .theta_high_deg = 130.0}, angle).size(),
      2U);
  EXPECT_THROW((void)beyond_training({.energies = {}, .theta_low_deg = 500.0}, angle), UsageError);
}

}  // namespace
}  // namespace caloquant
