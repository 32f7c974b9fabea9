#include "quantizer/search/tune/layer_report.hpp"

#include <gtest/gtest.h>

#include "tests/quantizer/search/space/layers.hpp"

namespace caloquant {
namespace {

TEST(ReportLayers, NamesTheRuleThatKeepsALayerFp32) {
  SpaceRules rules;
  LayerRule rule;
  rule.pattern = "conv3d_1";
  rule.options.precisions = {Precision::fp32};
  rules.op_names = {rule};
  const TuningSpace space(testing::generator_layers(2), rules, "run.json");
  TuneResult result;
  Trial trial;
  trial.proposal.config = space.op_type_combinations().front();
  result.trials = {trial};
  result.best = 0;
  const auto layers = report_layers(space, result);
  ASSERT_EQ(layers.size(), 3U);
  EXPECT_EQ(layers[0].name, "dense_1");
  EXPECT_EQ(layers[0].op, "dense");
  EXPECT_EQ(layers[0].precision, Precision::int8);
  EXPECT_EQ(layers[0].reason, "");
  EXPECT_EQ(layers[1].precision, Precision::fp32);
  EXPECT_EQ(layers[1].reason, "excluded by op_name_dict \"conv3d_1\"");
}

TEST(ReportLayers, HasAReasonForEveryLayerWithoutABestTrial) {
  const TuningSpace space = testing::talk_space();
  for (const LayerReport& layer : report_layers(space, TuneResult{})) {
    EXPECT_EQ(layer.precision, Precision::fp32);
    EXPECT_NE(layer.reason, "") << layer.name;
  }
}

TEST(ReportLayers, TakesTheStepOfTheBestTrialWhenItsPathIsNotInTheHistory) {
  const TuningSpace space = testing::talk_space();
  TuneResult result;
  Trial trial;
  trial.step = 3;
  trial.proposal.config = space.op_type_combinations().front();
  trial.proposal.config.set("conv3d_4", LayerChoice{});
  result.trials = {Trial{}, Trial{}, Trial{}, trial};
  result.best = 3;
  EXPECT_EQ(report_layers(space, result)[4].reason, "fell back at step 3");
}

}  // namespace
}  // namespace caloquant
