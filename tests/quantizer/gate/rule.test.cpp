#include "quantizer/gate/rule.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using ::testing::HasSubstr;

Criterion measured(double value, std::optional<double> error, Bound bound, double limit) {
  Criterion criterion;
  criterion.name = "loss";
  criterion.value = value;
  criterion.error = error;
  criterion.bound = bound;
  criterion.limit = limit;
  return criterion;
}

Verdict verdict(double value, std::optional<double> error, Bound bound, double limit) {
  return decided(measured(value, error, bound, limit), 3.0).verdict;
}

TEST(GateRule, FailsOnlyBeyondThreeStandardErrors) {
  EXPECT_EQ(verdict(1.0, 0.5, Bound::at_most, 1.0), Verdict::passed);
  EXPECT_EQ(verdict(2.4, 0.5, Bound::at_most, 1.0), Verdict::undecided);
  EXPECT_EQ(verdict(2.5, 0.5, Bound::at_most, 1.0), Verdict::undecided);
  EXPECT_EQ(verdict(2.6, 0.5, Bound::at_most, 1.0), Verdict::failed);
  EXPECT_EQ(verdict(29.0, 1.0, Bound::at_least, 30.0), Verdict::undecided);
  EXPECT_EQ(verdict(26.0, 1.0, Bound::at_least, 30.0), Verdict::failed);
  EXPECT_EQ(verdict(31.0, 1.0, Bound::at_least, 30.0), Verdict::passed);
  EXPECT_EQ(verdict(-0.02, 0.001, Bound::within, 0.005), Verdict::failed);
  EXPECT_EQ(verdict(-0.004, 0.001, Bound::within, 0.005), Verdict::passed);
}

TEST(GateRule, WithoutAnErrorTheLimitIsSharp) {
  EXPECT_EQ(verdict(1.0, {}, Bound::at_most, 1.0), Verdict::passed);
  EXPECT_EQ(verdict(1.0001, {}, Bound::at_most, 1.0), Verdict::failed);
}

TEST(GateRule, WhatIsNoNumberFails) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(verdict(nan, 1.0, Bound::at_most, 1.0), Verdict::failed);
  EXPECT_EQ(verdict(-std::numeric_limits<double>::infinity(), 1.0, Bound::at_most, 1.0),
            Verdict::failed);
  // An error that is no number tells nothing of the noise: the limit is sharp.
  EXPECT_EQ(verdict(2.0, nan, Bound::at_most, 1.0), Verdict::failed);
  EXPECT_EQ(verdict(1.0, nan, Bound::at_most, 1.0), Verdict::passed);
  EXPECT_EQ(verdict(2.0, 1.0, Bound::at_most, nan), Verdict::failed);
  EXPECT_EQ(decided(measured(2.0, 1.0, Bound::at_most, 1.0), nan).verdict, Verdict::failed);
  Criterion counted = measured(2.0, 1.0, Bound::at_most, 1.0);
  counted.sigmas_beyond = nan;
  EXPECT_EQ(decided(counted, 3.0).verdict, Verdict::failed);
  EXPECT_EQ(
      speedup(std::vector<double>(speedup_turns, nan), std::vector<double>(speedup_turns, 1.0), 1.5)
          .verdict,
      Verdict::failed);
  EXPECT_EQ(
      speedup(std::vector<double>(speedup_turns, 1.0), std::vector<double>(speedup_turns, 1.0), nan)
          .verdict,
      Verdict::failed);
}

LossResult loss_of_blocks(double value, std::vector<double> without_block, double error = 0.1) {
  LossResult result;
  result.value = value;
  result.standard_error = error;
  result.without_block = {std::move(without_block)};
  return result;
}

TEST(GateRule, EqualModelsDifferByExactlyNothing) {
  const LossResult model = loss_of_blocks(0.3, {0.1, 0.3, 0.7});
  const Criterion criterion = decided(worse_than_baseline(model, model, false, {0.0}, true), 3.0);
  EXPECT_EQ(criterion.value, 0.0);
  EXPECT_EQ(criterion.error, 0.0);
  EXPECT_EQ(criterion.verdict, Verdict::passed);
}

// Blocks differ by far more than the two models do.
TEST(GateRule, NoiseOfSharedEventsCancels) {
  const LossResult baseline = loss_of_blocks(4.0, {1.0, 4.0, 7.0}, 3.5);
  const LossResult model = loss_of_blocks(5.0, {2.0, 5.01, 7.99}, 3.5);
  const Criterion paired = worse_than_baseline(model, baseline, false, {0.1, false}, true);
  EXPECT_NEAR(paired.value, 1.0, 1e-12);
  // (G - 1) / G * sum over blocks: 2 / 3 * 2 * 0.01^2
  EXPECT_NEAR(*paired.error, std::sqrt(2.0 / 3.0 * 2e-4), 1e-12);
  EXPECT_EQ(decided(paired, 3.0).verdict, Verdict::failed);
  const Criterion recorded = worse_than_baseline(model, baseline, false, {0.1, false}, false);
  EXPECT_NEAR(*recorded.error, std::hypot(3.5, 3.5), 1e-12);
  EXPECT_EQ(decided(recorded, 3.0).verdict, Verdict::undecided);
}

TEST(GateRule, RelativeToleranceCarriesTheBaselinesNoise) {
  const LossResult baseline = loss_of_blocks(2.0, {1.0, 2.0, 3.0}, 0.5);
  const LossResult model = loss_of_blocks(2.5, {1.5, 2.5, 3.5}, 0.4);
  const Criterion paired = worse_than_baseline(model, baseline, false, {0.1}, true);
  EXPECT_NEAR(paired.limit, 0.2, 1e-12);
  // model - 1.1 * baseline varies by -0.1 from block to block: 2 / 3 * 2 * 0.1^2.
  EXPECT_NEAR(*paired.error, std::sqrt(2.0 / 3.0 * 0.02), 1e-12);
  const Criterion recorded = worse_than_baseline(model, baseline, false, {0.1}, false);
  EXPECT_NEAR(*recorded.error, std::hypot(0.4, 0.55), 1e-12);
}

// A tenth of relative error: 3 sigma are a factor of 1.35, whatever the limit.
TEST(GateRule, ALossFarBeyondItsLimitFails) {
  const auto verdict_of = [](double limit, double error) {
    return decided(loss_within(loss_of_blocks(1.0, {}, error), limit, false), 3.0).verdict;
  };
  EXPECT_EQ(verdict_of(0.75, 0.1), Verdict::undecided);
  EXPECT_EQ(verdict_of(0.73, 0.1), Verdict::failed);
  EXPECT_EQ(verdict_of(0.1, 0.5), Verdict::failed);  // (1 - 0.1) / 0.5 would excuse it
  EXPECT_EQ(verdict_of(0.0, 0.5), Verdict::failed);
  EXPECT_EQ(verdict_of(1.0, 0.5), Verdict::passed);
}

TEST(GateRule, HigherIsBetterIsTurnedRound) {
  const LossResult baseline = loss_of_blocks(30.0, {29.0, 30.0, 31.0});
  const LossResult worse = loss_of_blocks(26.0, {25.0, 26.0, 27.0});
  const Criterion criterion = worse_than_baseline(worse, baseline, true, {0.1}, true);
  EXPECT_EQ(criterion.value, 4.0);
  EXPECT_NEAR(criterion.limit, 3.0, 1e-12);
  // 0.9 * baseline - model varies by -0.1.
  EXPECT_NEAR(*criterion.error, std::sqrt(2.0 / 3.0 * 0.02), 1e-12);
  // Better is never beyond a limit.
  EXPECT_EQ(decided(worse_than_baseline(baseline, worse, true, {0.0}, true), 0.0).verdict,
            Verdict::passed);
}

// -10 dB, 10 % of it: -11 dB is the limit, and model - 1.1 * baseline the difference.
TEST(GateRule, NegativeBaselines) {
  const LossResult baseline = loss_of_blocks(-10.0, {-11.0, -10.0, -9.0});
  const LossResult model = loss_of_blocks(-12.0, {-13.1, -12.0, -10.9});
  const Criterion criterion = worse_than_baseline(model, baseline, true, {0.1}, true);
  EXPECT_EQ(criterion.value, 2.0);
  EXPECT_NEAR(criterion.limit, 1.0, 1e-12);
  EXPECT_NEAR(*criterion.error, 0.0, 1e-12);
}

TEST(GateRule, OtherBlocksGiveNoError) {
  EXPECT_FALSE(worse_than_baseline(loss_of_blocks(1.0, {1.0, 2.0}),
                                   loss_of_blocks(1.0, {1.0, 2.0, 3.0}), false, {}, true)
                   .error);
}

TEST(GateRule, Tolerances) {
  EXPECT_EQ(parse_tolerance("0.1", "--tolerance"), (Tolerance{0.1, true}));
  EXPECT_EQ(parse_tolerance("25%", "--tolerance"), (Tolerance{0.25, true}));
  EXPECT_EQ(parse_tolerance("abs:1e-5", "--tolerance"), (Tolerance{1e-5, false}));
  EXPECT_EQ(parse_tolerance("0", "--tolerance"), (Tolerance{0.0, true}));
  for (const char* text : {"", "x", "-0.1", "nan", "inf", "abs:", "abs:5%", "1e-5x", "%"}) {
    EXPECT_THAT(
        testing::message_of([&] { static_cast<void>(parse_tolerance(text, "--tolerance")); }),
        HasSubstr("--tolerance: '" + std::string(text) + "' is no tolerance; give 0.1"))
        << text;
  }
}

std::vector<double> turns(std::size_t fast, double fast_speed, double slow_speed) {
  std::vector<double> speeds(speedup_turns, slow_speed);
  std::fill_n(speeds.begin(), fast, fast_speed);
  return speeds;
}

TEST(GateRule, SpeedFailsWhenNearlyEveryTurnIsTooSlow) {
  const std::vector<double> fp32(speedup_turns, 10.0);
  EXPECT_EQ(speedup(turns(1, 30.0, 14.0), fp32, 1.5).verdict, Verdict::failed);
  EXPECT_EQ(speedup(turns(2, 30.0, 14.0), fp32, 1.5).verdict, Verdict::undecided);
  EXPECT_EQ(speedup(turns(6, 30.0, 14.0), fp32, 1.5).verdict, Verdict::passed);
  const Criterion slow = speedup(turns(2, 30.0, 14.0), fp32, 1.5);
  EXPECT_EQ(slow.value, 1.4);
  EXPECT_EQ(*slow.range, (std::pair{1.4, 3.0}));
}

// Both slow down together while others use the machine.
TEST(GateRule, SpeedIsComparedTurnByTurn) {
  std::vector<double> fp32(speedup_turns);
  std::vector<double> model(speedup_turns);
  for (std::size_t turn = 0; turn < fp32.size(); ++turn) {
    fp32[turn] = 1.0 + static_cast<double>(turn);
    model[turn] = 2.0 * fp32[turn];
  }
  EXPECT_EQ(speedup(model, fp32, 2.0).verdict, Verdict::passed);
  EXPECT_EQ(speedup(model, fp32, 2.1).verdict, Verdict::failed);
}

}  // namespace
}  // namespace caloquant
