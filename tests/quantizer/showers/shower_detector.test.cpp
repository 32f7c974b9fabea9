#include <caloquant/shower_detector.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <caloquant/error.hpp>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>

#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using ::testing::HasSubstr;

constexpr double pi = std::numbers::pi;

CellGrid small_grid() {
  return CellGrid({5.0, {1.0, 4.0, 9.0}}, 11, 21);
}

double dot_of(const Vector3& a, const Vector3& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

TEST(TurnedTo, LeavesTheFrameOfADirectionInItsPlane) {
  const ShowerFrame frame;
  for (const double theta : {0.3, 0.5 * pi, 2.5}) {
    const ShowerFrame turned = turned_to(frame, {0.0, std::cos(theta), std::sin(theta)});
    EXPECT_NEAR(dot_of(turned.y, frame.y), 1.0, 1e-12);
    EXPECT_NEAR(dot_of(turned.x, frame.x), 1.0, 1e-12);
  }
  EXPECT_EQ(turned_to(frame, {0.0, 0.0, 1.0}).y, frame.y);
  EXPECT_EQ(turned_to(frame, {1.0, 0.0, -1.0}).y, frame.y);  // leaves the calorimeter
}

// Property: for any direction the frame stays a right-handed one with the same z, the direction
// lies in its y-z plane, y turned by less than a right angle, and the angle to the plane stays.
TEST(TurnedTo, BringsAnyDirectionIntoThePlane) {
  std::mt19937_64 random(5);
  const ShowerFrame frame = ShowerFrame::at({1, 2, 3}, {1, 2, 2}, {2, 1, -2});
  for (int i = 0; i < 1000; ++i) {
    Vector3 direction{};
    for (double& part : direction) {
      part = std::uniform_real_distribution(-1.0, 1.0)(random);
    }
    const ShowerFrame turned = turned_to(frame, direction);
    EXPECT_NEAR(dot_of(turned.x, turned.x), 1.0, 1e-12);
    EXPECT_NEAR(dot_of(turned.x, turned.y), 0.0, 1e-12);
    EXPECT_EQ(turned.z, frame.z);
    EXPECT_EQ(turned.entry, frame.entry);
    if (dot_of(direction, frame.z) > 0.0) {
      EXPECT_NEAR(dot_of(direction, turned.x), 0.0, 1e-12);
      EXPECT_GE(dot_of(turned.y, frame.y), -1e-12);
      const double length = std::sqrt(dot_of(direction, direction));
      EXPECT_NEAR(std::sin(turned.theta_of(direction)) * length, dot_of(direction, frame.z), 1e-12);
    }
  }
}

TEST(ShowerTriggerTest, HasLimitsThatBelongToIt) {
  const ShowerTrigger trigger{2.0, 500.0, 1.0, 2.0, 100.0};
  EXPECT_TRUE(trigger.accepts(2.0, 1.0, 100.0));
  EXPECT_TRUE(trigger.accepts(500.0, 2.0, 1e9));
  EXPECT_FALSE(trigger.accepts(1.999, 1.5, 200.0));
  EXPECT_FALSE(trigger.accepts(500.1, 1.5, 200.0));
  EXPECT_FALSE(trigger.accepts(100.0, 0.999, 200.0));
  EXPECT_FALSE(trigger.accepts(100.0, 2.001, 200.0));
  EXPECT_FALSE(trigger.accepts(100.0, 1.5, 99.9));
  const double none = std::numeric_limits<double>::quiet_NaN();
  EXPECT_FALSE(trigger.accepts(none, 1.5, 200.0));
  EXPECT_FALSE(trigger.accepts(100.0, none, 200.0));
  EXPECT_FALSE(trigger.accepts(100.0, 1.5, none));
  const ShowerFrame frame;
  for (const double theta : {pi / 3.0, 2.0 * pi / 3.0}) {  // at a limit, by way of a direction
    const Vector3 direction{0.0, std::cos(theta), std::sin(theta)};
    EXPECT_TRUE(ShowerTrigger{}.accepts(500.0, frame.theta_of(direction), 25.5 * 5.1));
  }
}

TEST(CellGridTest, FindsCells) {
  const CellGrid grid = small_grid();
  EXPECT_EQ(grid.size(), 11U * 21U * 3U);
  EXPECT_THAT(grid.position_of(*grid.find(0.0, 0.0, 1)), ::testing::ElementsAre(5, 10, 1));
  EXPECT_THAT(grid.position_of(*grid.find(-2.5, 2.4999, 0)), ::testing::ElementsAre(5, 10, 0));
  EXPECT_THAT(grid.position_of(*grid.find(-27.5, 52.49, 2)), ::testing::ElementsAre(0, 20, 2));
  EXPECT_FALSE(grid.find(27.5, 0.0, 0).has_value());
  EXPECT_FALSE(grid.find(0.0, -52.51, 0).has_value());
  EXPECT_FALSE(grid.find(0.0, 0.0, 3).has_value());
  EXPECT_EQ(grid.layer_at(-5.0), 0U);
  EXPECT_EQ(grid.layer_at(2.4), 0U);
  EXPECT_EQ(grid.layer_at(2.6), 1U);
  EXPECT_EQ(grid.layer_at(100.0), 2U);
}

TEST(CellGridTest, SaysWhatIsWrong) {
  EXPECT_THAT(testing::message_of([] { CellGrid({5.0, {1.0}}, 0, 3); }), HasSubstr("0 columns"));
  EXPECT_THAT(testing::message_of([] { CellGrid({0.0, {1.0}}, 3, 3); }), HasSubstr("pitch"));
  EXPECT_THAT(testing::message_of([] { CellGrid({5.0, {2.0, 1.0}}, 3, 3); }), HasSubstr("order"));
  EXPECT_THAT(testing::message_of([] {
                ShowerWindow(small_grid(), {5, 5, 25});
              }),
              HasSubstr("3 layers"));
  const ShowerWindow window(small_grid(), {5, 5, 3});
  std::vector<float> image(7);
  EXPECT_THAT(testing::message_of(
                  [&] { static_cast<void>(window.cut(CellEnergies(small_grid()), 0.0, image)); }),
              HasSubstr("75"));
}

TEST(CellEnergiesTest, KnowWhatWasTouched) {
  CellEnergies energies(small_grid());
  energies.add(7, 1.0);
  energies.add(7, 0.5);
  energies.add(3, 0.25);
  energies.add(4, 0.0);
  EXPECT_THAT(energies.touched(), ::testing::ElementsAre(7, 3));
  EXPECT_EQ(energies.at(7), 1.5);
  energies.clear();
  EXPECT_EQ(energies.at(7), 0.0);
  EXPECT_TRUE(energies.touched().empty());
}

TEST(ShowerWindowTest, LiesAboutEntryAndBarycentre) {
  const CellGrid grid = small_grid();
  CellEnergies energies(grid);
  energies.add(*grid.find(5.0, 20.0, 1), 3.0);    // row 14
  energies.add(*grid.find(0.0, 30.0, 2), 1.0);    // row 16: barycentre 14.5, rounded to 15
  energies.add(*grid.find(-20.0, 20.0, 0), 0.5);  // 4 columns from the entry: outside
  const ShowerWindow window(grid, {5, 5, 3});
  std::vector<float> image(75, 7.0F);
  const WindowSums sums = window.cut(energies, 1.0, image);
  EXPECT_DOUBLE_EQ(sums.inside, 4.0);
  EXPECT_DOUBLE_EQ(sums.outside, 0.5);
  const auto at = [&](std::size_t x, std::size_t y, std::size_t z) {
    return image[(x * 5 + y) * 3 + z];
  };
  EXPECT_EQ(at(3, 2, 1), 3.0F);
  EXPECT_EQ(at(2, 4, 2), 1.0F);
  EXPECT_FLOAT_EQ(std::accumulate(image.begin(), image.end(), 0.0F), 4.0F);
  energies.clear();
  EXPECT_EQ(window.cut(energies, 0.0, image).inside, 0.0);
  EXPECT_EQ(std::accumulate(image.begin(), image.end(), 0.0F), 0.0F);
}

// Property: nothing is lost, and a shower that is moved by whole cells gives the same image.
TEST(ShowerWindowTest, KeepsAllEnergyAndMovesWithTheShower) {
  const CellGrid grid({5.0, {1.0, 4.0, 9.0}}, 41, 41);
  const ShowerWindow window(grid, {7, 7, 3});
  std::mt19937_64 random(11);
  std::uniform_real_distribution<double> across(-30.0, 30.0);
  for (int repeat = 0; repeat < 50; ++repeat) {
    CellEnergies here(grid);
    CellEnergies moved(grid);
    double total = 0.0;
    for (int i = 0; i < 40; ++i) {
      const double x = across(random);
      const double y = across(random);
      const double energy = std::ldexp(static_cast<double>(random() % 1000 + 1), -10);
      const auto layer = static_cast<std::size_t>(random() % 3);
      here.add(*grid.find(x, y, layer), energy);
      moved.add(*grid.find(x + 15.0, y - 40.0, layer), energy);
      total += energy;
    }
    std::vector<float> first(147);
    std::vector<float> second(147);
    const WindowSums sums = window.cut(here, 1.0, first);
    EXPECT_NEAR(sums.inside + sums.outside, total, 1e-12 * total);
    EXPECT_DOUBLE_EQ(window.cut(moved, 16.0, second).inside, sums.inside);
    EXPECT_EQ(first, second);
  }
}

}  // namespace
}  // namespace caloquant
