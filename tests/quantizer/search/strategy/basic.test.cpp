#include "quantizer/search/strategy/basic.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <set>

#include "tests/quantizer/search/space/layers.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using ::testing::ElementsAre;
using testing::generator_layers;
using testing::talk_space;

using LossOf = std::function<double(const TuningConfig&, std::size_t step)>;

/// Lets the strategy run to its end.
History run_to_the_end(const Strategy& strategy, const LossOf& loss_of) {
  History history;
  while (auto proposal = strategy.next(history)) {
    Trial trial;
    trial.step = history.size();
    trial.loss = loss_of(proposal->config, trial.step);
    trial.proposal = std::move(*proposal);
    history.push_back(std::move(trial));
    if (history.size() > 1000) {
      ADD_FAILURE() << "the strategy does not end";
      break;
    }
  }
  return history;
}

std::vector<std::string> fp32_layers(const TuningConfig& config) {
  std::vector<std::string> names;
  for (const TuningConfig::Layer& layer : config.layers()) {
    if (layer.choice.precision == Precision::fp32) {
      names.push_back(layer.name);
    }
  }
  return names;
}

TEST(BasicStrategy, RunsPPlusNPlusNMinusOneTrials) {
  const BasicStrategy strategy(talk_space(), false);
  const History history = run_to_the_end(strategy, [](const TuningConfig&, std::size_t step) {
    return 1.0 / (1.0 + static_cast<double>(step));
  });
  EXPECT_EQ(history.size(), 4U + 7U + 6U);
  EXPECT_EQ(history.back().quantized_layers(), 0U);
}

// What is evaluated together must be what would have been proposed one by one, whatever the losses.
TEST(BasicStrategy, KnowsAheadOnlyWhatComesAnyway) {
  const BasicStrategy strategy(talk_space(), false, true);
  for (int variant = 0; variant < 20; ++variant) {
    History history;
    std::vector<Proposal> ahead;
    std::size_t together = 0;
    for (;;) {
      const auto proposal = strategy.next(history);
      if (ahead.empty()) {
        ahead = strategy.known_ahead(history);
        together = std::max(together, ahead.size());
        ASSERT_EQ(ahead.empty(), !proposal.has_value());
      }
      if (!proposal) {
        break;
      }
      ASSERT_EQ(proposal->config, ahead.front().config);
      ASSERT_EQ(proposal->changed, ahead.front().changed);
      ahead.erase(ahead.begin());
      Trial trial;
      trial.step = history.size();
      trial.loss = std::fmod(0.37 * static_cast<double>(trial.step + 1) * (variant + 3), 1.0);
      trial.proposal = *proposal;
      history.push_back(trial);
    }
    EXPECT_EQ(together, 7U);  // all single fall-backs
  }
}

// Where INC gives up, the search goes on from the best combination with the other algorithm; what
// INC tries comes first, unchanged.
TEST(BasicStrategy, GoesOnFromTheOtherAlgorithmWhenAsked) {
  const LossOf loss_of = [](const TuningConfig& config, std::size_t) {
    return config.choice("conv3d_1").algorithm == RangeAlgorithm::kl ? 0.25 : 0.5;
  };
  const History inc = run_to_the_end(BasicStrategy(talk_space(), false), loss_of);
  const BasicStrategy strategy(talk_space(), false, true);
  EXPECT_EQ(strategy.remaining_at_most({}), 4U + 2U * (7U + 6U));
  const History all = run_to_the_end(strategy, loss_of);
  // The second walk ends one earlier: the plan without a quantized layer was tried in the first.
  ASSERT_EQ(all.size(), inc.size() + 7U + 5U);
  for (std::size_t i = 0; i < inc.size(); ++i) {
    EXPECT_EQ(all[i].proposal.config, inc[i].proposal.config);
  }
  for (std::size_t i = inc.size(); i < all.size(); ++i) {
    EXPECT_EQ(all[i].proposal.config.choice("conv3d_7").precision == Precision::fp32 ||
                  to_string(all[i].proposal.config.choice("conv3d_7")) == "int8 minmax per_tensor",
              true);
  }
}

TEST(BasicStrategy, TakesTheLaterOfEqualBases) {
  const BasicStrategy strategy(talk_space(), false);
  const History history =
      run_to_the_end(strategy, [](const TuningConfig&, std::size_t) { return 0.5; });
  EXPECT_EQ(to_string(history[4].proposal.config.choice("conv3d_7")), "int8 kl per_tensor");
}

TEST(BasicStrategy, FallsBackInputToOutputAndKeepsTheEarlierOfEqualImpacts) {
  const BasicStrategy strategy(talk_space(), false);
  const History history = run_to_the_end(strategy, [](const TuningConfig& config, std::size_t) {
    return config.choice("conv3d_3").precision == Precision::fp32 ? 0.25 : 0.5;
  });
  for (std::size_t i = 0; i < 7; ++i) {
    EXPECT_THAT(history[4 + i].proposal.fallbacks, ElementsAre("conv3d_" + std::to_string(i + 1)));
  }
  EXPECT_THAT(history[11].proposal.fallbacks, ElementsAre("conv3d_3", "conv3d_1"));
  EXPECT_THAT(history[12].proposal.fallbacks, ElementsAre("conv3d_3", "conv3d_1", "conv3d_2"));
  EXPECT_EQ(history[12].proposal.changed, "conv3d_3, conv3d_1, conv3d_2 -> fp32");
}

TEST(BasicStrategy, RanksFailedAndNaNTrialsLast) {
  const BasicStrategy strategy(talk_space(), false);
  History history;
  while (auto proposal = strategy.next(history)) {
    Trial trial;
    trial.step = history.size();
    trial.proposal = std::move(*proposal);
    trial.loss = trial.step == 5 ? std::nan("") : 0.5;
    trial.error = trial.step == 4 || trial.step == 3 ? "failed" : "";
    history.push_back(std::move(trial));
  }
  // Step 3 failed, so step 2 is the base; conv3d_1 failed and conv3d_2 has no number.
  EXPECT_EQ(to_string(history[4].proposal.config.choice("conv3d_7")), "int8 kl per_channel");
  EXPECT_THAT(history.back().proposal.fallbacks,
              ElementsAre("conv3d_3", "conv3d_4", "conv3d_5", "conv3d_6", "conv3d_7", "conv3d_2",
                          "conv3d_1"));
}

TEST(BasicStrategy, LeavesLayersThatMustBeInt8) {
  SpaceRules rules;
  LayerRule rule;
  rule.pattern = "conv3d_2";
  rule.options.precisions = {Precision::int8};
  rules.op_names = {rule};
  const BasicStrategy strategy({generator_layers(3), rules, "run.json"}, false);
  for (const Trial& trial :
       run_to_the_end(strategy, [](const TuningConfig&, std::size_t) { return 0.5; })) {
    EXPECT_EQ(trial.proposal.config.choice("conv3d_2").precision, Precision::int8);
  }
}

TEST(BasicStrategy, EndsAfterTheCombinationsWithoutAFallback) {
  SpaceRules rules;
  rules.excluded_precisions = {Precision::fp32};
  const BasicStrategy strategy({generator_layers(3), rules, "run.json"}, false);
  EXPECT_EQ(strategy.remaining_at_most({}), 4U);
  EXPECT_EQ(run_to_the_end(strategy, [](const TuningConfig&, std::size_t) { return 0.5; }).size(),
            4U);
}

TEST(BasicStrategy, HasOneFallbackForOneLayer) {
  const BasicStrategy strategy({{default_layer_spec("c", "conv")}, {}, "run.json"}, false);
  EXPECT_EQ(strategy.remaining_at_most({}), 4U + 1U);
  EXPECT_EQ(run_to_the_end(strategy, [](const TuningConfig&, std::size_t) { return 0.5; }).size(),
            5U);
}

class BasicStrategyProperty : public testing::PropertyTest {
 protected:
  /// A space with random layers, options and rules.
  TuningSpace random_space() {
    std::vector<LayerSpec> layers = generator_layers(testing::uniform_int(random, 1, 6));
    SpaceRules rules;
    rules.first_conv_or_matmul_quantization = testing::uniform_int(random, 0, 1) == 1;
    for (const LayerSpec& layer : layers) {
      LayerRule rule;
      rule.pattern = layer.name;
      const int kind = testing::uniform_int(random, 0, 5);
      if (kind == 0 && layer.name != "conv3d_1") {
        rule.options.precisions = {Precision::fp32};
      } else if (kind == 1) {
        rule.options.precisions = {Precision::int8};
      } else if (kind == 2) {
        rule.options.algorithms = {RangeAlgorithm::kl, RangeAlgorithm::minmax};
      } else if (kind == 3) {
        rule.options.activations = {ActivationType::s8, ActivationType::automatic};
      }
      rules.op_names.push_back(rule);
    }
    return {layers, rules, "run.json"};
  }

  /// Arbitrary losses: few values, so that ties are frequent, and numbers that are none.
  double random_loss() {
    const int kind = testing::uniform_int(random, 0, 9);
    if (kind == 0) {
      return std::nan("");
    }
    return kind == 1 ? std::numeric_limits<double>::infinity()
                     : static_cast<double>(testing::uniform_int(random, -3, 3));
  }
};

TEST_F(BasicStrategyProperty, EndsWithinItsBoundWithoutRepeats) {
  for (int round = 0; round < 50; ++round) {
    const BasicStrategy strategy(random_space(), testing::uniform_int(random, 0, 1) == 1,
                                 testing::uniform_int(random, 0, 1) == 1);
    History history;
    std::set<std::string> keys;
    std::size_t bound = strategy.remaining_at_most(history);
    while (auto proposal = strategy.next(history)) {
      ASSERT_GT(bound, 0U);
      ASSERT_TRUE(keys.insert(proposal->config.key()).second) << proposal->config.key();
      Trial trial;
      trial.step = history.size();
      trial.proposal = std::move(*proposal);
      trial.loss = random_loss();
      trial.error = testing::uniform_int(random, 0, 9) == 0 ? "failed" : "";
      history.push_back(std::move(trial));
      const std::size_t next_bound = strategy.remaining_at_most(history);
      ASSERT_LT(next_bound, bound);
      bound = next_bound;
    }
    EXPECT_EQ(bound, 0U);
  }
}

TEST_F(BasicStrategyProperty, ProposesTheSameFromTheSameHistory) {
  for (int round = 0; round < 20; ++round) {
    const TuningSpace space = random_space();
    const BasicStrategy strategy(space, false);
    const History history = run_to_the_end(
        strategy, [this](const TuningConfig&, std::size_t) { return random_loss(); });
    for (std::size_t length = 0; length <= history.size(); ++length) {
      // What a journal keeps is enough to go on: configurations and losses.
      History known;
      for (std::size_t i = 0; i < length; ++i) {
        known.push_back(history[i]);
        known.back().proposal.fallbacks.clear();
        known.back().proposal.changed.clear();
      }
      const auto proposal = BasicStrategy(space, false).next(known);
      ASSERT_EQ(proposal.has_value(), length < history.size());
      if (proposal) {
        EXPECT_EQ(proposal->config, history[length].proposal.config);
        EXPECT_EQ(proposal->fallbacks, history[length].proposal.fallbacks);
      }
    }
  }
}

TEST_F(BasicStrategyProperty, HigherIsBetterMirrorsLowerIsBetter) {
  for (int round = 0; round < 20; ++round) {
    const TuningSpace space = random_space();
    std::vector<double> losses(100);
    for (double& loss : losses) {
      loss = random_loss();
    }
    const History lower =
        run_to_the_end(BasicStrategy(space, false),
                       [&](const TuningConfig&, std::size_t step) { return losses.at(step); });
    const History higher =
        run_to_the_end(BasicStrategy(space, true),
                       [&](const TuningConfig&, std::size_t step) { return -losses.at(step); });
    ASSERT_EQ(lower.size(), higher.size());
    for (std::size_t i = 0; i < lower.size(); ++i) {
      EXPECT_EQ(lower[i].proposal.config, higher[i].proposal.config);
    }
  }
}

TEST_F(BasicStrategyProperty, AccumulatesOneLayerAtATimeFromTheBase) {
  const BasicStrategy strategy(talk_space(), false);
  const History history =
      run_to_the_end(strategy, [this](const TuningConfig&, std::size_t) { return random_loss(); });
  ASSERT_EQ(history.size(), 17U);
  for (std::size_t i = 11; i < 17; ++i) {
    EXPECT_EQ(fp32_layers(history[i].proposal.config).size(), i - 9);
    for (const std::string& layer : fp32_layers(history[i - 1].proposal.config)) {
      if (i > 11) {
        EXPECT_EQ(history[i].proposal.config.choice(layer), LayerChoice{}) << layer;
      }
    }
  }
}

}  // namespace
}  // namespace caloquant
