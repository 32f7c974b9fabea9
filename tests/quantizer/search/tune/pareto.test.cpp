#include "quantizer/search/tune/pareto.hpp"

#include <gmock/gmock.h>
#include <caloquant/error.hpp>

#include <algorithm>
#include <cmath>

#include "quantizer/search/strategy/cost.hpp"
#include "tests/quantizer/search/strategy/landscape.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using ::testing::ElementsAre;

const CostTable costs{{"c", {{Precision::int8, {1.0, 1.0}}, {Precision::fp32, {4.0, 4.0}}}},
                      {"d", {{Precision::int8, {2.0, 8.0}}, {Precision::fp32, {3.0, 32.0}}}}};

Trial trial_with(Precision c, Precision d, double loss) {
  Trial trial;
  LayerChoice choice;
  choice.precision = c;
  trial.proposal.config.set("c", choice);
  choice.precision = d;
  trial.proposal.config.set("d", choice);
  trial.loss = loss;
  return trial;
}

TEST(CostOf, SumsOverTheLayers) {
  const LayerCost cost =
      cost_of(trial_with(Precision::int8, Precision::fp32, 0.0).proposal.config, costs);
  EXPECT_EQ(cost.milliseconds, 4.0);
  EXPECT_EQ(cost.bytes, 33.0);
}

TEST(CostOf, SaysWhatTheTableLacks) {
  TuningConfig config;
  config.set("c", {.precision = Precision::bf16});
  EXPECT_THAT(testing::message_of([&] { static_cast<void>(cost_of(config, costs)); }),
              ::testing::AllOf(::testing::HasSubstr("'c'"), ::testing::HasSubstr("bf16")));
}

TEST(ParetoFront, LeavesOutWhatIsDominatedFailedOrHalfMeasured) {
  History history{trial_with(Precision::int8, Precision::int8, 3.0),
                  trial_with(Precision::int8, Precision::fp32, 1.0),
                  trial_with(Precision::fp32, Precision::int8, 3.5),
                  trial_with(Precision::fp32, Precision::fp32, std::nan("")),
                  trial_with(Precision::fp32, Precision::fp32, 0.0),
                  trial_with(Precision::fp32, Precision::fp32, 0.0)};
  EXPECT_THAT(pareto_front(history, costs), ElementsAre(0, 1, 4));
  history[1].stopped_early = true;
  history[4].error = "failed";
  EXPECT_THAT(pareto_front(history, costs), ElementsAre(0, 5));
  EXPECT_THAT(pareto_front(history, costs, true), ElementsAre(0, 2));
}

class ParetoFrontProperty : public testing::PropertyTest {};

TEST_F(ParetoFrontProperty, NoneOfItIsDominatedAndAllElseIs) {
  const TuningSpace space = testing::ladder_space(2);
  for (int round = 0; round < 5; ++round) {
    const testing::Landscape landscape(space, random(), {});
    const History history = testing::tune_on(landscape, space, "exhaustive").trials;
    const std::vector<std::size_t> front = pareto_front(history, landscape.costs);
    ASSERT_FALSE(front.empty());
    EXPECT_TRUE(std::ranges::is_sorted(front));
    const auto beats = [&](std::size_t left, std::size_t right) {
      const LayerCost own = cost_of(history[left].proposal.config, landscape.costs);
      const LayerCost other = cost_of(history[right].proposal.config, landscape.costs);
      return history[left].loss <= history[right].loss && own.milliseconds <= other.milliseconds &&
             own.bytes <= other.bytes &&
             (history[left].loss < history[right].loss || own.milliseconds < other.milliseconds ||
              own.bytes < other.bytes || left < right);
    };
    for (std::size_t trial = 0; trial < history.size(); ++trial) {
      const bool in_front = std::ranges::find(front, trial) != front.end();
      const bool beaten = std::ranges::any_of(
          front, [&](std::size_t other) { return other != trial && beats(other, trial); });
      EXPECT_NE(in_front, beaten) << trial;
    }
  }
}

TEST_F(ParetoFrontProperty, OrderDoesNotMatterWithoutTies) {
  const TuningSpace space = testing::ladder_space(2);
  const testing::Landscape landscape(space, random(), {});
  History history = testing::tune_on(landscape, space, "random").trials;
  const auto losses = [&] {
    std::vector<double> values;
    for (const std::size_t trial : pareto_front(history, landscape.costs)) {
      values.push_back(history[trial].loss);
    }
    std::ranges::sort(values);
    return values;
  };
  const std::vector<double> before = losses();
  std::ranges::reverse(history);
  EXPECT_EQ(losses(), before);
}

}  // namespace
}  // namespace caloquant
