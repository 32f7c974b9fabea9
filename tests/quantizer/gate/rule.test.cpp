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

/// 95 %, and a jackknife of so many blocks that its t is that of a normal number: 1.645.
constexpr Look look_once{1000, 0.05, 0.05};
constexpr double much_freedom = 1e6;

Verdict verdict(double value, std::optional<double> error, Bound bound, double limit) {
  return decided(bounded(measured(value, error, bound, limit), look_once, much_freedom)).verdict;
}

TEST(GateRule, BothBoundsDecide) {
  EXPECT_EQ(verdict(1.0, 0.5, Bound::at_most, 1.0), Verdict::undecided);
  EXPECT_EQ(verdict(0.1, 0.5, Bound::at_most, 1.0), Verdict::passed);
  EXPECT_EQ(verdict(0.2, 0.5, Bound::at_most, 1.0), Verdict::undecided);
  EXPECT_EQ(verdict(1.8, 0.5, Bound::at_most, 1.0), Verdict::undecided);
  EXPECT_EQ(verdict(1.9, 0.5, Bound::at_most, 1.0), Verdict::failed);
  EXPECT_EQ(verdict(29.0, 1.0, Bound::at_least, 30.0), Verdict::undecided);
  EXPECT_EQ(verdict(28.0, 1.0, Bound::at_least, 30.0), Verdict::failed);
  EXPECT_EQ(verdict(32.0, 1.0, Bound::at_least, 30.0), Verdict::passed);
  EXPECT_EQ(verdict(-0.02, 0.001, Bound::within, 0.005), Verdict::failed);
  EXPECT_EQ(verdict(-0.003, 0.001, Bound::within, 0.005), Verdict::passed);
  EXPECT_EQ(verdict(-0.004, 0.001, Bound::within, 0.005), Verdict::undecided);
}

// The numbers of the audit: 4.8 times the limit, and an error as large as that.
TEST(GateRule, FarBeyondItsLimitIsNeverPassed) {
  EXPECT_EQ(verdict(0.024, 0.024, Bound::within, 0.005), Verdict::undecided);
  EXPECT_EQ(verdict(0.024, 0.009, Bound::within, 0.005), Verdict::failed);
  GateResult result;
  result.criteria = {
      decided(bounded(measured(0.024, 0.024, Bound::within, 0.005), look_once, much_freedom))};
  EXPECT_FALSE(result.passed());
}

TEST(GateRule, FewBlocksWidenTheBounds) {
  const Criterion few = bounded(measured(1.0, 0.1, Bound::at_most, 2.0), look_once, 2.0);
  EXPECT_NEAR(*few.upper, 1.0 + 0.1 * 2.919986, 1e-5);  // scipy.stats.t.isf(0.05, 2)
  EXPECT_NEAR(*few.lower, 1.0 - 0.1 * 2.919986, 1e-5);
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
  // An error that is no number tells nothing of the noise: never passed.
  EXPECT_EQ(verdict(2.0, nan, Bound::at_most, 1.0), Verdict::undecided);
  EXPECT_EQ(verdict(0.5, nan, Bound::at_most, 1.0), Verdict::undecided);
  EXPECT_EQ(verdict(2.0, 1.0, Bound::at_most, nan), Verdict::failed);
  Criterion given = measured(0.5, 1.0, Bound::at_most, 1.0);
  given.lower = given.upper = nan;
  EXPECT_EQ(decided(given).verdict, Verdict::failed);
  EXPECT_EQ(speedup(std::vector<double>(speedup_turns, nan),
                    std::vector<double>(speedup_turns, 1.0), 1.5, 0.95)
                .verdict,
            Verdict::failed);
  EXPECT_EQ(speedup(std::vector<double>(speedup_turns, 1.0),
                    std::vector<double>(speedup_turns, 1.0), nan, 0.95)
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

Criterion against(const LossResult& model, const LossResult& baseline, const Tolerance& tolerance,
                  bool paired, bool higher_is_better = false) {
  return decided(
      worse_than_baseline(model, baseline, higher_is_better, tolerance, paired, look_once));
}

TEST(GateRule, EqualModelsDifferByExactlyNothing) {
  const LossResult model = loss_of_blocks(0.3, {0.1, 0.3, 0.7});
  for (const Tolerance tolerance : {Tolerance{0.0}, Tolerance{0.1}, Tolerance{1e-9, false}}) {
    const Criterion criterion = against(model, model, tolerance, true);
    EXPECT_EQ(criterion.value, 0.0);
    EXPECT_EQ(criterion.verdict, Verdict::passed) << tolerance.value;
  }
  EXPECT_EQ(against(model, model, {0.0}, true).error, 0.0);
  // As recorded, to the last digit: one model on the same events.
  EXPECT_EQ(against(model, model, {0.0}, false).verdict, Verdict::passed);
}

// Blocks differ by far more than the two models do.
TEST(GateRule, NoiseOfSharedEventsCancels) {
  const LossResult baseline = loss_of_blocks(4.0, {1.0, 4.0, 7.0}, 3.5);
  const LossResult model = loss_of_blocks(5.0, {2.0, 5.01, 7.99}, 3.5);
  const Criterion paired = against(model, baseline, {0.1, false}, true);
  EXPECT_NEAR(paired.value, 1.0, 1e-12);
  // (G - 1) / G * sum over blocks: 2 / 3 * 2 * 0.01^2
  EXPECT_NEAR(*paired.error, std::sqrt(2.0 / 3.0 * 2e-4), 1e-12);
  EXPECT_EQ(paired.verdict, Verdict::failed);
  const Criterion recorded = against(model, baseline, {0.1, false}, false);
  EXPECT_NEAR(*recorded.error, std::hypot(3.5, 3.5), 1e-12);
  EXPECT_EQ(recorded.verdict, Verdict::undecided);
}

TEST(GateRule, RelativeToleranceCarriesTheBaselinesNoise) {
  const LossResult baseline = loss_of_blocks(2.0, {1.0, 2.0, 3.0}, 0.5);
  const LossResult model = loss_of_blocks(2.5, {1.5, 2.5, 3.5}, 0.4);
  const Criterion paired = against(model, baseline, {0.1}, true);
  EXPECT_NEAR(paired.limit, 0.2, 1e-12);
  // model - 1.1 * baseline varies by -0.1 from block to block: 2 / 3 * 2 * 0.1^2.
  EXPECT_NEAR(*paired.error, std::sqrt(2.0 / 3.0 * 0.02), 1e-12);
  EXPECT_NEAR(*against(model, baseline, {0.1}, false).error, std::hypot(0.4, 0.55), 1e-12);
}

// Models that differ by a factor: the difference is as noisy as the loss, the ratio is not.
TEST(GateRule, ALossThatIsAFactorWorseFails) {
  const LossResult baseline = loss_of_blocks(1.0, {0.4, 1.0, 1.6}, 0.7);
  const LossResult model = loss_of_blocks(2.0, {0.8, 2.0, 3.2}, 1.4);
  const Criterion criterion = against(model, baseline, {0.1}, true);
  EXPECT_EQ(criterion.verdict, Verdict::failed);
  EXPECT_GT(*criterion.lower, criterion.limit);
  // (2 - 1.1 - 1.645 * 0.8) alone would excuse it.
  EXPECT_LT(criterion.value - 1.645 * *criterion.error, criterion.limit);
}

TEST(GateRule, HigherIsBetterIsTurnedRound) {
  const LossResult baseline = loss_of_blocks(30.0, {29.0, 30.0, 31.0});
  const LossResult worse = loss_of_blocks(26.0, {25.0, 26.0, 27.0});
  const Criterion criterion = against(worse, baseline, {0.1}, true, true);
  EXPECT_EQ(criterion.value, 4.0);
  EXPECT_NEAR(criterion.limit, 3.0, 1e-12);
  // 0.9 * baseline - model varies by -0.1.
  EXPECT_NEAR(*criterion.error, std::sqrt(2.0 / 3.0 * 0.02), 1e-12);
  // Better is never beyond a limit.
  EXPECT_EQ(against(baseline, worse, {0.0}, true, true).verdict, Verdict::passed);
}

// -10 dB, 10 % of it: -11 dB is the limit, and model - 1.1 * baseline the difference.
TEST(GateRule, NegativeBaselines) {
  const LossResult baseline = loss_of_blocks(-10.0, {-11.0, -10.0, -9.0});
  const LossResult model = loss_of_blocks(-12.0, {-13.1, -12.0, -10.9});
  const Criterion criterion = against(model, baseline, {0.1}, true, true);
  EXPECT_EQ(criterion.value, 2.0);
  EXPECT_NEAR(criterion.limit, 1.0, 1e-12);
  EXPECT_NEAR(*criterion.error, 0.0, 1e-12);
}

TEST(GateRule, OtherBlocksGiveNoError) {
  EXPECT_FALSE(
      against(loss_of_blocks(1.0, {1.0, 2.0}), loss_of_blocks(1.0, {1.0, 2.0, 3.0}), {}, true)
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

// Sign test: 9 of 11 turns by chance in 67 of 2^11 runs, 8 of 11 in 232.
TEST(GateRule, SpeedIsDecidedByNineTurnsOfEleven) {
  const std::vector<double> fp32(speedup_turns, 10.0);
  const auto verdict_of = [&](std::size_t fast, double confidence) {
    return speedup(turns(fast, 30.0, 14.0), fp32, 1.5, confidence).verdict;
  };
  EXPECT_EQ(verdict_of(2, 0.95), Verdict::failed);
  EXPECT_EQ(verdict_of(3, 0.95), Verdict::undecided);
  EXPECT_EQ(verdict_of(8, 0.95), Verdict::undecided);
  EXPECT_EQ(verdict_of(9, 0.95), Verdict::passed);
  EXPECT_EQ(verdict_of(8, 0.88), Verdict::passed);
  EXPECT_EQ(verdict_of(9, 0.99), Verdict::undecided);
  EXPECT_EQ(verdict_of(10, 0.99), Verdict::passed);
  // More than eleven turns can tell: all of them.
  EXPECT_EQ(verdict_of(10, 0.9999), Verdict::undecided);
  EXPECT_EQ(verdict_of(11, 0.9999), Verdict::passed);
  EXPECT_EQ(verdict_of(0, 0.9999), Verdict::failed);
  const Criterion slow = speedup(turns(3, 30.0, 14.0), fp32, 1.5, 0.95);
  EXPECT_EQ(slow.value, 1.4);
  EXPECT_EQ(slow.lower, 1.4);
  EXPECT_EQ(slow.upper, 3.0);
}

// Both slow down together while others use the machine.
TEST(GateRule, SpeedIsComparedTurnByTurn) {
  std::vector<double> fp32(speedup_turns);
  std::vector<double> model(speedup_turns);
  for (std::size_t turn = 0; turn < fp32.size(); ++turn) {
    fp32[turn] = 1.0 + static_cast<double>(turn);
    model[turn] = 2.0 * fp32[turn];
  }
  EXPECT_EQ(speedup(model, fp32, 2.0, 0.95).verdict, Verdict::passed);
  EXPECT_EQ(speedup(model, fp32, 2.1, 0.95).verdict, Verdict::failed);
}

}  // namespace
}  // namespace caloquant
