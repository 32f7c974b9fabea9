#include "metrics/core/energy_units.hpp"

#include <cmath>

#include "tests/support/support.hpp"

namespace caloquant {
namespace {

constexpr EnergyUnits network{.scale = 50.0, .power = 0.85};
constexpr EnergyUnits file{.scale = 50.0, .power = 1.0};

TEST(EnergyUnits, OfALoss) {
  EXPECT_EQ(units_of_loss(LossUnits::gev, network).scale, 1.0);
  EXPECT_EQ(units_of_loss(LossUnits::gev, network).power, 1.0);
  EXPECT_EQ(units_of_loss(LossUnits::file, network).scale, 50.0);
  EXPECT_EQ(units_of_loss(LossUnits::file, network).power, 1.0);
  EXPECT_EQ(units_of_loss(LossUnits::network, network).scale, 50.0);
  EXPECT_EQ(units_of_loss(LossUnits::network, network).power, 0.85);
}

TEST(EnergyUnits, EqualPowersConvertLinearly) {
  EXPECT_TRUE(convert_cells(network, network).linear());
  EXPECT_EQ(convert_cells(network, network).factor, 1.0);
  EXPECT_TRUE(convert_cells(file, {1.0, 1.0}).linear());
  EXPECT_EQ(convert_cells(file, {1.0, 1.0})(100.0), 2.0);
  const EnergyUnits other{.scale = 100.0, .power = 0.85};
  EXPECT_TRUE(convert_cells(network, other).linear());
  EXPECT_DOUBLE_EQ(convert_cells(network, other)(3.0), 3.0 * std::pow(2.0, 0.85));
}

TEST(EnergyUnits, NetworkOutputToGev) {
  const CellConversion to_gev = convert_cells(network, {1.0, 1.0});
  EXPECT_FALSE(to_gev.linear());
  EXPECT_EQ(to_gev(0.0), 0.0);
  // 0.2 GeV -> (50 * 0.2)^0.85
  EXPECT_DOUBLE_EQ(to_gev(std::pow(10.0, 0.85)), 0.2);
}

TEST(EnergyUnits, NegativeCellsKeepTheirSign) {
  const CellConversion to_gev = convert_cells(network, {1.0, 1.0});
  EXPECT_EQ(to_gev(-3.0), -to_gev(3.0));
  EXPECT_EQ(convert_cells(file, {1.0, 1.0})(-100.0), -2.0);
}

using EnergyUnitsProperty = testing::PropertyTest;

TEST_F(EnergyUnitsProperty, ThereAndBack) {
  for (int i = 0; i < 200; ++i) {
    const EnergyUnits from{static_cast<double>(testing::uniform(random, 0.1F, 100.0F)),
                           static_cast<double>(testing::uniform(random, 0.3F, 1.5F))};
    const EnergyUnits to{static_cast<double>(testing::uniform(random, 0.1F, 100.0F)),
                         static_cast<double>(testing::uniform(random, 0.3F, 1.5F))};
    const double value = static_cast<double>(testing::uniform(random, -5.0F, 5.0F));
    // Each pow has half an ulp of its result and an exponent with half an ulp: |ln x| * exponent
    // * 2^-53, ln below 50 here. Four of them stay below 1e-13.
    const double again = convert_cells(to, from)(convert_cells(from, to)(value));
    EXPECT_NEAR(again, value, 1e-13 * std::abs(value));
  }
}

}  // namespace
}  // namespace caloquant
