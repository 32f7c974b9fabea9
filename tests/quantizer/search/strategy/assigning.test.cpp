// What all strategies that assign precisions have in common: trials, repeats, bounds, restarts.

#include <gmock/gmock.h>
#include <caloquant/error.hpp>

#include <cmath>
#include <limits>
#include <set>

#include "quantizer/search/strategy/auto.hpp"
#include "quantizer/search/strategy/level_table.hpp"
#include "tests/quantizer/search/space/layers.hpp"
#include "tests/quantizer/search/strategy/landscape.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using ::testing::HasSubstr;
using testing::ladder_space;
using testing::Landscape;
using testing::tune_on;

const std::vector<std::string>& assigning_strategies() {
  static const std::vector<std::string> names{"conservative", "mse_v2", "sensitivity",
                                              "exhaustive",   "random", "auto"};
  return names;
}

std::unique_ptr<Strategy> made(const std::string& name, const TuningSpace& space,
                               const CostTable& costs = {}) {
  StrategyOptions options;
  options.name = name;
  options.costs = costs;
  return make_strategy(options, space);
}

Trial trial_of(const Proposal& proposal, std::size_t step, const std::vector<double>& values) {
  Trial trial;
  trial.step = step;
  trial.proposal = proposal;
  trial.loss = values.front();
  trial.target_met = proposal.config.quantized_layers() > 0;
  for (const double value : values) {
    trial.measures.push_back({"measure", value, 1.0});
    trial.target_met = trial.target_met && trial.measures.back().met();
  }
  return trial;
}

class AssigningStrategies : public testing::PropertyTest {
 protected:
  /// Arbitrary outcomes: failures, NaN, ties, met and missed targets.
  Trial random_trial(const Proposal& proposal, std::size_t step) {
    const int kind = testing::uniform_int(random, 0, 9);
    const auto some = [&] {
      return static_cast<double>(testing::uniform_int(random, -6, 6)) / 4.0;
    };
    Trial trial = trial_of(proposal, step, {std::abs(some()), some()});
    if (kind == 0) {
      trial = trial_of(proposal, step, {std::nan(""), 0.0});
    } else if (kind == 1) {
      trial = trial_of(proposal, step, {std::numeric_limits<double>::infinity(), 0.0});
    } else if (kind == 2) {
      trial.error = "failed";
      trial.measures.clear();
      trial.target_met = false;
    } else if (kind == 3) {
      trial.stopped_early = true;
      trial.target_met = false;
    }
    return trial;
  }

  /// A space with layers that rules hold at some precisions.
  TuningSpace random_space() {
    std::vector<LayerSpec> layers{default_layer_spec("dense_1", "dense", true)};
    const int convolutions = testing::uniform_int(random, 1, 3);
    for (int i = 1; i <= convolutions; ++i) {
      layers.push_back(default_layer_spec("conv3d_" + std::to_string(i), "conv", true));
    }
    SpaceRules rules;
    rules.first_conv_or_matmul_quantization = testing::uniform_int(random, 0, 1) == 1;
    for (const LayerSpec& layer : layers) {
      LayerRule rule;
      rule.pattern = layer.name;
      const int kind = testing::uniform_int(random, 0, 7);
      if (kind == 0 && layer.name != "conv3d_1") {
        rule.options.precisions = {Precision::fp32};
      } else if (kind == 1) {
        rule.options.precisions = {Precision::int8};
      } else if (kind == 2) {
        rule.options.precisions = {Precision::int8, Precision::bf16};
      }
      rules.op_names.push_back(rule);
    }
    return {layers, rules, "run.json"};
  }
};

TEST_F(AssigningStrategies, EndWithinTheirBoundWithoutRepeatsAndKnowAheadWhatComes) {
  for (int round = 0; round < 20; ++round) {
    const TuningSpace space = random_space();
    for (const std::string& name : assigning_strategies()) {
      SCOPED_TRACE(name);
      const auto strategy = made(name, space);
      EXPECT_FALSE(strategy->stops_at_target());
      History history;
      std::set<std::string> keys;
      std::vector<Proposal> ahead;
      std::size_t bound = strategy->remaining_at_most(history);
      while (auto proposal = strategy->next(history)) {
        ASSERT_GT(bound, 0U);
        ASSERT_TRUE(keys.insert(proposal->config.key()).second) << proposal->config.key();
        ASSERT_NE(proposal->changed, "");
        if (ahead.empty()) {
          ahead = strategy->known_ahead(history);
        }
        ASSERT_FALSE(ahead.empty());
        ASSERT_EQ(ahead.front().config, proposal->config);
        ASSERT_EQ(ahead.front().changed, proposal->changed);
        ahead.erase(ahead.begin());
        history.push_back(random_trial(*proposal, history.size()));
        const std::size_t next_bound = strategy->remaining_at_most(history);
        ASSERT_LT(next_bound, bound);
        bound = next_bound;
      }
      EXPECT_TRUE(ahead.empty());
      EXPECT_TRUE(strategy->known_ahead(history).empty());
      EXPECT_EQ(bound, 0U);
    }
  }
}

TEST_F(AssigningStrategies, GoOnIdenticallyFromAnyPrefixOfTheHistory) {
  for (int round = 0; round < 3; ++round) {
    const TuningSpace space = random_space();
    for (const std::string& name : assigning_strategies()) {
      SCOPED_TRACE(name);
      const auto strategy = made(name, space);
      History history;
      while (auto proposal = strategy->next(history)) {
        history.push_back(random_trial(*proposal, history.size()));
      }
      // What a journal keeps is enough: configurations and what was measured.
      History known;
      for (std::size_t length = 0; length <= history.size(); ++length) {
        const auto proposal = made(name, space)->next(known);
        ASSERT_EQ(proposal.has_value(), length < history.size());
        if (proposal) {
          ASSERT_EQ(proposal->config, history[length].proposal.config);
          ASSERT_EQ(proposal->changed, history[length].proposal.changed);
          known.push_back(history[length]);
          known.back().proposal.fallbacks.clear();
          known.back().proposal.changed.clear();
        }
      }
    }
  }
}

std::size_t trials_when(const std::string& name, bool met) {
  const TuningSpace space = ladder_space();
  const auto strategy = made(name, space);
  History history;
  while (auto proposal = strategy->next(history)) {
    history.push_back(trial_of(*proposal, history.size(), {met ? 0.5 : 2.0}));
  }
  return history.size();
}

// Five layers, four precisions each: N = 5, P = 4, two op types.
TEST(AssigningStrategiesCount, TrialsWhenEverythingMeetsTheTarget) {
  EXPECT_EQ(trials_when("conservative", true), 2U);
  EXPECT_EQ(trials_when("mse_v2", true), 1U);
  EXPECT_LE(trials_when("sensitivity", true), 15U + 4U);
  EXPECT_EQ(trials_when("exhaustive", true), 1023U);
  EXPECT_EQ(trials_when("random", true), 100U);
  EXPECT_EQ(trials_when("auto", true), 1U);
}

TEST(AssigningStrategiesCount, TrialsWhenNothingMeetsTheTarget) {
  EXPECT_EQ(trials_when("conservative", false), 6U);
  EXPECT_EQ(trials_when("mse_v2", false), 1U + 5U + 3U);  // the fourth fall-back leaves one alone
  EXPECT_EQ(trials_when("exhaustive", false), 1023U);
  EXPECT_EQ(trials_when("random", false), 100U);
  EXPECT_LE(trials_when("sensitivity", false), 15U + 4U + 5U);
  EXPECT_LE(trials_when("auto", false), 4U + 15U + 4U + 5U + 4U);
}

TEST(AssigningStrategiesCount, SensitivityKnowsAllSingleLayersAhead) {
  EXPECT_EQ(made("sensitivity", ladder_space())->known_ahead({}).size(), 15U);
}

TEST(Exhaustive, BeginsWithTheCheapest) {
  const TuningSpace space = ladder_space();
  const Landscape landscape(space, 7, {});
  const LevelTable table(space, landscape.costs, Objective::fastest);
  const auto strategy = made("exhaustive", space, landscape.costs);
  double before = 0.0;
  std::size_t count = 0;
  for (const Proposal& proposal : strategy->known_ahead({})) {
    const double cost = table.cost(*table.find(proposal.config));
    EXPECT_GE(cost, before);
    before = cost;
    ++count;
  }
  EXPECT_EQ(count, 1000U);
}

TEST(Exhaustive, RejectsASpaceThatIsTooLarge) {
  EXPECT_THAT(testing::message_of([] { made("exhaustive", ladder_space(8)); }),
              ::testing::AllOf(HasSubstr("262144"), HasSubstr("100000"), HasSubstr("sensitivity")));
}

TEST(Random, GivesTheSameForTheSameSeedAndSomethingElseForAnother) {
  const TuningSpace space = ladder_space();
  StrategyOptions options;
  options.name = "random";
  const auto first = make_strategy(options, space)->known_ahead({});
  const auto again = make_strategy(options, space)->known_ahead({});
  options.seed = 1;
  const auto other = make_strategy(options, space)->known_ahead({});
  ASSERT_EQ(first.size(), 100U);
  std::size_t same = 0;
  for (std::size_t i = 0; i < first.size(); ++i) {
    EXPECT_EQ(first[i].config, again[i].config);
    same += first[i].config == other[i].config ? 1U : 0U;
  }
  EXPECT_LT(same, 10U);
}

TEST(Random, SearchesSpacesThatCannotBeListed) {
  EXPECT_EQ(made("random", ladder_space(40))->known_ahead({}).size(), 100U);
}

TEST(MseV2, QuantizesAgainWhatNeedNotFallBack) {
  // conv3d_2 spoils everything at int8, conv3d_1 nothing but looks worse alone.
  const TuningSpace space(
      {default_layer_spec("conv3d_1", "conv", true), default_layer_spec("conv3d_2", "conv", true),
       default_layer_spec("conv3d_3", "conv", true)},
      {}, "run.json");
  const auto strategy = made("mse_v2", space);
  History history;
  while (auto proposal = strategy->next(history)) {
    const bool bad = proposal->config.choice("conv3d_2").precision == Precision::int8;
    const bool alone = proposal->config.quantized_layers() == 1;
    const bool first = proposal->config.choice("conv3d_1").precision == Precision::int8;
    history.push_back(trial_of(*proposal, history.size(),
                               {alone && first ? 5.0
                                : bad          ? 3.0
                                               : 0.5}));
  }
  const Trial& last = history.back();
  EXPECT_TRUE(last.target_met);
  EXPECT_EQ(last.proposal.config.choice("conv3d_1").precision, Precision::int8);
  EXPECT_EQ(last.proposal.config.choice("conv3d_2").precision, Precision::w8a16);
  EXPECT_EQ(last.proposal.config.choice("conv3d_3").precision, Precision::int8);
}

TEST(Conservative, KeepsAnOpTypeThatMeetsTheTargetAndStepsDownTheLadderForAnother) {
  const TuningSpace space = ladder_space();
  const auto strategy = made("conservative", space);
  History history;
  while (auto proposal = strategy->next(history)) {
    const bool bad = proposal->config.choice("conv3d_4").precision == Precision::int8;
    history.push_back(trial_of(*proposal, history.size(), {bad ? 2.0 : 0.5}));
  }
  ASSERT_EQ(history.size(), 3U);
  EXPECT_EQ(history[0].proposal.changed, "conv int8: 4 int8, 1 fp32");
  EXPECT_EQ(history[1].proposal.changed, "conv w8a16: 4 w8a16, 1 fp32");
  EXPECT_EQ(history[2].proposal.changed, "dense int8: 1 int8, 4 w8a16");
}

TEST(Auto, BeginsWithItsOpenings) {
  const TuningSpace space = ladder_space();
  const LevelTable table(space, {}, Objective::fastest);
  std::vector<std::string> openings;
  for (const Assignment& opening : opening_plans_of(table)) {
    openings.push_back(table.proposal(opening, "opening").changed);
  }
  EXPECT_THAT(openings,
              ::testing::ElementsAre("opening: 5 int8", "opening: 3 int8, 2 w8a16",
                                     "opening: 4 w8a16, 1 w8", "opening: 1 int8, 3 w8a16, 1 w8",
                                     "opening: 3 w8a16, 1 w8, 1 fp32", "opening: 5 bf16"));
}

/// What auto proposes before its first layer alone, where `meets` says which plans are good.
std::vector<std::string> openings_where(const std::function<bool(const TuningConfig&)>& meets) {
  const TuningSpace space = ladder_space();
  const auto strategy = made("auto", space);
  History history;
  std::vector<std::string> changed;
  while (auto proposal = strategy->next(history)) {
    if (proposal->probe) {
      break;
    }
    changed.push_back(proposal->changed);
    history.push_back(trial_of(*proposal, history.size(), {meets(proposal->config) ? 0.5 : 2.0}));
  }
  return changed;
}

// What is finer than a plan that failed nowhere is not tried, and no plan that costs more than one
// in hand.
TEST(Auto, OpensWithWhatMayStillMeetTheTarget) {
  const auto last_is = [](Precision precision) {
    return [precision](const TuningConfig& config) {
      return config.choice("conv3d_4").precision == precision;
    };
  };
  EXPECT_THAT(openings_where(last_is(Precision::int8)), ::testing::ElementsAre("opening: 5 int8"));
  EXPECT_THAT(openings_where([](const TuningConfig& config) {
                return config.choice("dense_1").precision == Precision::w8;
              }),
              ::testing::ElementsAre("opening: 5 int8", "opening: 3 int8, 2 w8a16",
                                     "opening: 4 w8a16, 1 w8", "opening: 1 int8, 3 w8a16, 1 w8"));
  EXPECT_THAT(openings_where(last_is(Precision::bf16)),
              ::testing::ElementsAre("opening: 5 int8", "opening: 3 int8, 2 w8a16",
                                     "opening: 4 w8a16, 1 w8", "opening: 3 w8a16, 1 w8, 1 fp32",
                                     "opening: 5 bf16"));
}

// Only dense_1 and conv3d_1 at bf16 together meet the target, which no sum of errors
// expects.
TEST(Auto, FallsBackToMixesThatDoLeastHarm) {
  const TuningSpace space = ladder_space();
  const auto strategy = made("auto", space);
  History history;
  while (auto proposal = strategy->next(history)) {
    const bool easy = proposal->config.choice("dense_1").precision == Precision::bf16 &&
                      proposal->config.choice("conv3d_1").precision == Precision::bf16 &&
                      proposal->config.quantized_layers() == 2;
    double loss = 1.5;
    if (proposal->config.quantized_layers() == 1) {
      for (const TuningConfig::Layer& layer : proposal->config.layers()) {
        loss += layer.choice.precision == Precision::bf16 &&
                        (layer.name == "dense_1" || layer.name == "conv3d_1")
                    ? -0.1
                    : 1.0;
      }
    } else {
      loss = easy ? 0.5 : 10.0;
    }
    history.push_back(trial_of(*proposal, history.size(), {loss}));
  }
  EXPECT_TRUE(std::ranges::any_of(history, &Trial::target_met));
}

}  // namespace
}  // namespace caloquant
