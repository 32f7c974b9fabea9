#include <gmock/gmock.h>
#include <caloquant/error.hpp>
#include <caloquant/tuning.hpp>

#include <set>

#include "tests/quantizer/search/space/layers.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using testing::generator_layers;
using ::testing::HasSubstr;
using testing::message_of;
using testing::talk_space;

std::vector<std::string> choices_of(const TuningSpace& space, const std::string& layer) {
  std::vector<std::string> choices;
  for (const TuningConfig& config : space.op_type_combinations()) {
    choices.push_back(to_string(config.choice(layer)));
  }
  return choices;
}

TEST(TuningSpace, EnumeratesGranularityFastest) {
  const TuningSpace space = talk_space();
  EXPECT_EQ(space.total_layers(), 7U);
  EXPECT_THAT(choices_of(space, "conv3d_4"),
              ElementsAre("int8 minmax per_channel", "int8 minmax per_tensor",
                          "int8 kl per_channel", "int8 kl per_tensor"));
  for (const TuningConfig& config : space.op_type_combinations()) {
    EXPECT_EQ(config.quantized_layers(), 7U);
    EXPECT_EQ(config.layers().size(), 7U);  // the dense layer is in no configuration
  }
}

TEST(TuningSpace, EnumeratesTheActivationTypeSlowest) {
  SpaceRules rules;
  LayerRule rule;
  rule.pattern = "conv";
  rule.options.activations = {ActivationType::u8, ActivationType::s8};
  rule.options.granularities = {Granularity::per_channel};
  rules.op_types = {rule};
  EXPECT_THAT(choices_of({generator_layers(1), rules, "run.json"}, "conv3d_1"),
              ElementsAre("int8 minmax per_channel u8", "int8 kl per_channel u8",
                          "int8 minmax per_channel s8", "int8 kl per_channel s8"));
}

/// Nothing beyond min-max and KL is tried unless it is asked for; what is asked for is tried in the
/// order in which it was written.
TEST(TuningSpace, EnumeratesRangesThatARuleAsksFor) {
  SpaceRules rules;
  LayerRule rule;
  rule.pattern = "conv";
  rule.options.algorithms = {RangeAlgorithm::automatic, RangeAlgorithm::minmax_headroom};
  rule.options.granularities = {Granularity::per_channel, Granularity::per_tensor};
  rule.options.weight_ranges = {WeightRange::mse, WeightRange::minmax};
  rules.op_types = {rule};
  EXPECT_THAT(
      choices_of({generator_layers(1), rules, "run.json"}, "conv3d_1"),
      ElementsAre("int8 automatic per_channel mse_weights", "int8 automatic per_tensor mse_weights",
                  "int8 automatic per_channel", "int8 automatic per_tensor",
                  "int8 minmax_headroom per_channel mse_weights",
                  "int8 minmax_headroom per_tensor mse_weights", "int8 minmax_headroom per_channel",
                  "int8 minmax_headroom per_tensor"));
}

TEST(TuningSpace, CombinesOpsAsACartesianProductLastOpFastest) {
  SpaceRules rules;
  LayerRule dense;
  dense.pattern = "dense";
  dense.options.algorithms = {RangeAlgorithm::minmax, RangeAlgorithm::kl};
  LayerRule conv;
  conv.pattern = "conv";
  conv.options.granularities = {Granularity::per_tensor};
  rules.op_types = {dense, conv};
  const TuningSpace space(generator_layers(1), rules, "run.json");
  EXPECT_THAT(choices_of(space, "dense_1"),
              ElementsAre("int8 minmax per_channel", "int8 minmax per_channel",
                          "int8 kl per_channel", "int8 kl per_channel"));
  EXPECT_THAT(choices_of(space, "conv3d_1"),
              ElementsAre("int8 minmax per_tensor", "int8 kl per_tensor", "int8 minmax per_tensor",
                          "int8 kl per_tensor"));
}

TEST(TuningSpace, GivesALayerThatLacksAnOptionItsOwnFirst) {
  SpaceRules rules;
  LayerRule rule;
  rule.pattern = "conv3d_1";
  rule.options.granularities = {Granularity::per_tensor};
  rules.op_names = {rule};
  const TuningSpace space(generator_layers(2), rules, "run.json");
  // The narrowed layer comes first, yet the order of the others stays.
  EXPECT_THAT(choices_of(space, "conv3d_1"),
              ElementsAre("int8 minmax per_tensor", "int8 minmax per_tensor", "int8 kl per_tensor",
                          "int8 kl per_tensor"));
  EXPECT_THAT(choices_of(space, "conv3d_2"),
              ElementsAre("int8 minmax per_channel", "int8 minmax per_tensor",
                          "int8 kl per_channel", "int8 kl per_tensor"));
}

TEST(TuningSpace, NeverRepeatsACombination) {
  SpaceRules rules;
  LayerRule first;
  first.pattern = "conv3d_1";
  first.options.algorithms = {RangeAlgorithm::kl};
  LayerRule twice;
  twice.pattern = "conv3d_2";
  twice.options.algorithms = {RangeAlgorithm::minmax, RangeAlgorithm::minmax};
  rules.op_names = {first, twice};
  const TuningSpace space(generator_layers(2), rules, "run.json");
  std::set<std::string> keys;
  for (const TuningConfig& config : space.op_type_combinations()) {
    EXPECT_TRUE(keys.insert(config.key()).second) << config.key();
  }
  EXPECT_EQ(keys.size(), 2U);  // neither layer has a choice of algorithm, only of granularity
}

TEST(TuningSpace, KeepsFixedLayersInTheCount) {
  SpaceRules rules;
  LayerRule rule;
  rule.pattern = "conv3d_2";
  rule.options.precisions = {Precision::fp32};
  rules.op_names = {rule};
  const TuningSpace space(generator_layers(2), rules, "run.json");
  EXPECT_EQ(space.total_layers(), 3U);
  const TuningConfig config = space.op_type_combinations().front();
  EXPECT_EQ(config.quantized_layers(), 2U);
  EXPECT_EQ(config.choice("conv3d_2").precision, Precision::fp32);
  EXPECT_FALSE(space.may_fall_back(config.layers()[2], Precision::fp32));
  EXPECT_TRUE(space.may_fall_back(config.layers()[1], Precision::fp32));
}

TEST(TuningSpace, HasNoFallbackWhenAllMustBeInt8) {
  SpaceRules rules;
  rules.excluded_precisions = {Precision::fp32};
  const TuningSpace space(generator_layers(2), rules, "run.json");
  EXPECT_TRUE(space.fallback_precisions().empty());
  EXPECT_FALSE(
      space.may_fall_back(space.op_type_combinations().front().layers()[0], Precision::fp32));
  EXPECT_THAT(talk_space().fallback_precisions(), ElementsAre(Precision::fp32));
}

TEST(TuningSpace, RejectsRulesThatLeaveNothing) {
  SpaceRules rules;
  rules.excluded_precisions = {Precision::int8};
  EXPECT_THAT(message_of([&] { TuningSpace(generator_layers(2), rules, "run.json"); }),
              AllOf(HasSubstr("run.json#/quantization"), HasSubstr("excluded_precisions")));
}

TEST(TuningSpace, RejectsAModelWithoutLayers) {
  EXPECT_THROW(TuningSpace({}, {}, "run.json"), ModelError);
}

}  // namespace
}  // namespace caloquant
