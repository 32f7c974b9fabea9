#include "quantizer/search/space/space_rules.hpp"

#include <gmock/gmock.h>
#include <caloquant/error.hpp>

#include "tests/quantizer/search/space/layers.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using testing::generator_layers;
using ::testing::HasSubstr;
using testing::message_of;

LayerRule precision_rule(std::string pattern, std::vector<Precision> precisions) {
  LayerRule rule;
  rule.pattern = std::move(pattern);
  rule.options.precisions = std::move(precisions);
  return rule;
}

LayerRule algorithm_rule(std::string pattern, std::vector<RangeAlgorithm> algorithms) {
  LayerRule rule;
  rule.pattern = std::move(pattern);
  rule.options.algorithms = std::move(algorithms);
  return rule;
}

std::vector<LayerSpec> applied(const SpaceRules& rules,
                               std::vector<LayerSpec> layers = generator_layers(3)) {
  apply_rules(layers, rules, "run.json");
  return layers;
}

TEST(SpaceRules, LeaveTheDefaultsAlone) {
  const auto layers = applied({});
  EXPECT_THAT(layers[0].searched.algorithms, ElementsAre(RangeAlgorithm::minmax));
  EXPECT_THAT(layers[0].searched.granularities, ElementsAre(Granularity::per_channel));
  EXPECT_THAT(layers[1].searched.algorithms,
              ElementsAre(RangeAlgorithm::minmax, RangeAlgorithm::kl));
  EXPECT_THAT(layers[1].searched.granularities,
              ElementsAre(Granularity::per_channel, Granularity::per_tensor));
  EXPECT_THAT(layers[1].searched.activations, ElementsAre(ActivationType::automatic));
  EXPECT_FALSE(layers[1].fixed());
}

TEST(SpaceRules, NameWinsOverTypeAndLaterOverEarlierOptionByOption) {
  SpaceRules rules;
  rules.op_types = {algorithm_rule("conv", {RangeAlgorithm::kl})};
  rules.op_names = {algorithm_rule("conv3d_*", {RangeAlgorithm::minmax}),
                    algorithm_rule("conv3d_2", {RangeAlgorithm::kl, RangeAlgorithm::minmax}),
                    precision_rule("conv3d_2", {Precision::int8})};
  const auto layers = applied(rules);
  EXPECT_THAT(layers[1].searched.algorithms, ElementsAre(RangeAlgorithm::minmax));
  EXPECT_THAT(layers[2].searched.algorithms,
              ElementsAre(RangeAlgorithm::kl, RangeAlgorithm::minmax));
  EXPECT_THAT(layers[2].searched.precisions, ElementsAre(Precision::int8));
}

TEST(SpaceRules, GiveTheReasonOfALayerThatTheyExclude) {
  SpaceRules rules;
  rules.op_types = {precision_rule("conv", {Precision::fp32})};
  rules.op_names = {precision_rule("conv3d_1", {Precision::fp32}),
                    precision_rule("conv3d_3", {Precision::fp32, Precision::int8})};
  const auto layers = applied(rules);
  EXPECT_EQ(layers[1].fixed_reason, "excluded by op_name_dict \"conv3d_1\"");
  EXPECT_EQ(layers[2].fixed_reason, "excluded by op_type_dict \"conv\"");
  EXPECT_FALSE(layers[3].fixed());
  // The order in the rule does not matter: static quantization tries INT8 first.
  EXPECT_THAT(layers[3].searched.precisions, ElementsAre(Precision::int8, Precision::fp32));
}

TEST(SpaceRules, TakeTheFirstDenseLayerOutOfTheCount) {
  SpaceRules rules;
  rules.first_conv_or_matmul_quantization = false;
  auto layers = generator_layers(1);
  layers.push_back(default_layer_spec("dense_2", "dense"));
  layers = applied(rules, std::move(layers));
  EXPECT_FALSE(layers[0].counted);
  EXPECT_EQ(layers[0].fixed_reason, "recipes.first_conv_or_matmul_quantization");
  EXPECT_TRUE(layers[1].counted);
  EXPECT_TRUE(layers[2].counted);
  EXPECT_FALSE(layers[2].fixed());
}

TEST(SpaceRules, RejectTheRecipeWithoutADenseLayer) {
  SpaceRules rules;
  rules.first_conv_or_matmul_quantization = false;
  EXPECT_THAT(message_of([&] { applied(rules, {default_layer_spec("c", "conv")}); }),
              HasSubstr("run.json#/quantization/recipes/first_conv_or_matmul_quantization"));
}

TEST(SpaceRules, RejectANameThatMatchesNothingAndListNames) {
  SpaceRules rules;
  rules.op_names = {precision_rule("a/b~c", {Precision::fp32})};
  EXPECT_THAT(message_of([&] { applied(rules); }),
              AllOf(HasSubstr("run.json#/quantization/op_name_dict/a~1b~0c"),
                    HasSubstr("conv3d_1, conv3d_2, conv3d_3, dense_1")));
}

TEST(SpaceRules, RejectATypeThatMatchesNothingAndListTypes) {
  SpaceRules rules;
  rules.op_types = {precision_rule("lstm", {Precision::fp32})};
  EXPECT_THAT(
      message_of([&] { applied(rules); }),
      AllOf(HasSubstr("run.json#/quantization/op_type_dict/lstm"), HasSubstr("conv, dense")));
}

TEST(SpaceRules, RejectAnOptionOutsideTheCapability) {
  auto layers = generator_layers(2);
  layers[2].capability.granularities = {Granularity::per_tensor};
  layers[2].searched.granularities = {Granularity::per_tensor};
  SpaceRules rules;
  LayerRule rule;
  rule.pattern = "conv";
  rule.options.granularities = {Granularity::per_channel};
  rules.op_types = {rule};
  EXPECT_THAT(message_of([&] { applied(rules, layers); }),
              AllOf(HasSubstr("run.json#/quantization/op_type_dict/conv/weight/granularity"),
                    HasSubstr("conv3d_2"), HasSubstr("it can do: per_tensor")));
}

TEST(SpaceRules, TakeEveryAlgorithmOfActivationsAndWeights) {
  SpaceRules rules;
  for (const RangeAlgorithm algorithm : all_range_algorithms()) {
    rules.op_names = {algorithm_rule("conv3d_2", {algorithm})};
    rules.op_names[0].options.weight_ranges = {WeightRange::mse};
    const auto layers = applied(rules);
    EXPECT_THAT(layers[2].searched.algorithms, ElementsAre(algorithm));
    EXPECT_THAT(layers[2].searched.weight_ranges, ElementsAre(WeightRange::mse));
    EXPECT_THAT(layers[1].searched.algorithms,
                ElementsAre(RangeAlgorithm::minmax, RangeAlgorithm::kl));
    EXPECT_THAT(layers[1].searched.weight_ranges, ElementsAre(WeightRange::minmax));
  }
}

TEST(SpaceRules, RejectAWeightRangeOutsideTheCapability) {
  auto layers = generator_layers(2);
  layers[2].capability.weight_ranges = {WeightRange::minmax};
  SpaceRules rules;
  LayerRule rule;
  rule.pattern = "conv";
  rule.options.weight_ranges = {WeightRange::mse};
  rules.op_types = {rule};
  EXPECT_THAT(message_of([&] { applied(rules, layers); }),
              AllOf(HasSubstr("run.json#/quantization/op_type_dict/conv/weight/algorithm"),
                    HasSubstr("conv3d_2"), HasSubstr("it can do: minmax")));
}

TEST(SpaceRules, RejectInt8OfALayerWithoutAnIntegerForm) {
  auto layers = generator_layers(1);
  layers.push_back(fp32_layer_spec("conv3d_2", "conv", "operator has no integer form"));
  SpaceRules rules;
  rules.op_names = {precision_rule("conv3d_2", {Precision::int8})};
  EXPECT_THAT(message_of([&] { applied(rules, layers); }),
              HasSubstr("run.json#/quantization/op_name_dict/conv3d_2/precision"));
  // Options that do not matter to it are no error, and its reason stays.
  rules.op_names = {algorithm_rule("*", {RangeAlgorithm::kl}),
                    precision_rule("conv3d_2", {Precision::fp32})};
  EXPECT_EQ(applied(rules, layers)[2].fixed_reason, "operator has no integer form");
}

TEST(SpaceRules, ExcludedFp32LeavesNoFallback) {
  SpaceRules rules;
  rules.excluded_precisions = {Precision::fp32};
  EXPECT_THAT(applied(rules)[1].searched.precisions, ElementsAre(Precision::int8));
}

TEST(SpaceRules, RejectAnExclusionThatContradictsARule) {
  SpaceRules rules;
  rules.op_names = {precision_rule("conv3d_1", {Precision::fp32})};
  rules.excluded_precisions = {Precision::fp32};
  EXPECT_THAT(message_of([&] { applied(rules); }),
              AllOf(HasSubstr("run.json#/quantization/excluded_precisions"),
                    HasSubstr("op_name_dict \"conv3d_1\"")));
}

}  // namespace
}  // namespace caloquant
