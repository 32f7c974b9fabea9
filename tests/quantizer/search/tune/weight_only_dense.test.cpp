#include "quantizer/search/tune/weight_only_dense.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace caloquant {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TuningSpace space_with(const SpaceRules& rules) {
  return {{default_layer_spec("dense_1", "dense"), default_layer_spec("conv_1", "conv"),
           default_layer_spec("dense_2", "dense")},
          rules,
          "test.json"};
}

TEST(DenseWeights, AreSmallWhereFp32WouldBeLeft) {
  SpaceRules rules;
  EXPECT_THAT(weight_only_dense_layers(space_with(rules), rules, true),
              ElementsAre("dense_1", "dense_2"));
  EXPECT_THAT(weight_only_dense_layers(space_with(rules), rules, false), IsEmpty());
  rules.first_conv_or_matmul_quantization = false;
  EXPECT_THAT(weight_only_dense_layers(space_with(rules), rules, false), ElementsAre("dense_1"));
  rules.excluded_precisions = {Precision::w8};
  EXPECT_THAT(weight_only_dense_layers(space_with(rules), rules, true), IsEmpty());
}

TEST(DenseWeights, ARuleThatSaysFp32IsObeyed) {
  SpaceRules rules;
  LayerRule rule;
  rule.pattern = "dense_2";
  rule.options.precisions = {Precision::fp32};
  rules.op_names.push_back(rule);
  EXPECT_THAT(weight_only_dense_layers(space_with(rules), rules, true), ElementsAre("dense_1"));
}

TEST(DenseWeights, OnlyFp32ChoicesChange) {
  TuningConfig config;
  config.set("dense_1", {.precision = Precision::int8});
  config.set("dense_2", {.precision = Precision::fp32});
  const TuningConfig changed = with_weight_only_dense(config, {"dense_1", "dense_2", "dense_3"});
  EXPECT_EQ(changed.choice("dense_1").precision, Precision::int8);
  EXPECT_EQ(changed.choice("dense_2").precision, Precision::w8);
  EXPECT_EQ(changed.choice("dense_3").precision, Precision::w8);  // was not counted
}

TEST(DenseWeights, TheReportSaysSo) {
  std::vector<LayerReport> reports{{"dense_1", "dense", Precision::fp32, "fell back at step 3"},
                                   {"conv_1", "conv", Precision::fp32, "fell back at step 4"}};
  report_weight_only_dense(reports, {"dense_1"});
  EXPECT_EQ(reports[0].precision, Precision::w8);
  EXPECT_THAT(reports[0].reason, ::testing::HasSubstr("fell back at step 3"));
  EXPECT_EQ(reports[1].precision, Precision::fp32);
}

}  // namespace
}  // namespace caloquant
