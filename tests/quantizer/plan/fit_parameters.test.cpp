#include "quantizer/plan/fit_parameters.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "graph/ir/editor.hpp"
#include "ops/core/weight_scales.hpp"

namespace caloquant {
namespace {

using ::testing::ElementsAre;

/// conv1 with 8 phases of two channels -> relu -> DepthToSpace -> conv2 with three channels.
Graph phased_graph() {
  GraphEditor editor("phases");
  ValueId x = editor.add_input("x", {dynamic, 1, 2, 2, 2});
  const Conv op{{1, 1, 1}, {1, 1, 1}, {0, 0, 0}, {0, 0, 0}, 1};
  x = editor.add_node("conv1", op,
                      {x, editor.add_constant("w1", Tensor(DType::f32, {16, 1, 1, 1, 1})),
                       editor.add_constant("b1", Tensor(DType::f32, {16}))});
  x = editor.add_node("relu", Eltwise{EltwiseKind::relu, 0.0F}, {x});
  x = editor.add_node("shuffle", DepthToSpace{{2, 2, 2}, {0, 0, 0}}, {x});
  x = editor.add_node("conv2", op,
                      {x, editor.add_constant("w2", Tensor(DType::f32, {3, 2, 1, 1, 1}))});
  editor.add_output("y", x);
  return editor.finish();
}

LayerPlan layer_plan(QuantParams src, std::vector<float> scales, const Shape& shape) {
  LayerPlan plan;
  plan.quant = {src, std::move(scales)};
  plan.weights =
      std::make_shared<const Tensor>(src.dtype == DType::bf16 ? DType::bf16 : DType::s8, shape);
  return plan;
}

QuantPlan phased_plan() {
  QuantPlan plan;
  plan.layers["conv1"] =
      layer_plan({DType::u8, 0.5F, 3}, std::vector<float>(16, 0.25F), {16, 1, 1, 1, 1});
  plan.layers["conv2"] = layer_plan({DType::bf16, 1.0F, 0}, {1.0F}, {3, 2, 1, 1, 1});
  return plan;
}

TEST(FitParameters, PhasesShareAndBf16HasNoGain) {
  const FitParameters parameters(phased_graph(), phased_plan(), 2);
  EXPECT_THAT(parameters.layers(), ElementsAre("conv1", "conv2"));
  ASSERT_EQ(parameters.all().size(), 2U + 2U + 3U);
  EXPECT_FALSE(parameters.all()[1].gain);
  EXPECT_THAT(parameters.all()[1].channels, ElementsAre(1, 3, 5, 7, 9, 11, 13, 15));
  EXPECT_TRUE(parameters.all()[2].gain);
  EXPECT_THAT(parameters.all()[2].channels, ElementsAre(0, 2, 4, 6, 8, 10, 12, 14));
  EXPECT_EQ(parameters.all()[6].layer, "conv2");
  EXPECT_FALSE(parameters.all()[6].gain);
  EXPECT_THAT(parameters.all()[6].channels, ElementsAre(2));
}

TEST(FitParameters, OneScaleHasOneGain) {
  QuantPlan plan = phased_plan();
  plan.layers["conv1"].quant.weight_scales = {0.25F};
  const FitParameters parameters(phased_graph(), plan, 2);
  ASSERT_EQ(parameters.all().size(), 2U + 1U + 3U);
  EXPECT_TRUE(parameters.all()[2].gain);
  EXPECT_EQ(parameters.all()[2].channels.size(), 16U);
}

TEST(FitParameters, ProbesAreSeenThroughRounding) {
  FitParameters parameters(phased_graph(), phased_plan(), 2);
  std::vector<double> sizes(16, 10.0);
  sizes[1] = 1000.0;
  parameters.set_probes({{"conv1", sizes}, {"conv2", {7.0, 8.0, 9.0}}});
  EXPECT_DOUBLE_EQ(parameters.all()[0].probe, 4 * 0.5 * 0.25);  // 1 % of 10 is less than a step
  EXPECT_DOUBLE_EQ(parameters.all()[1].probe, 10.0);
  EXPECT_DOUBLE_EQ(parameters.all()[2].probe, 0.01);
  EXPECT_DOUBLE_EQ(parameters.all()[4].probe, 0.07);
}

TEST(FitParameters, AppliedValuesAreWhatTheySay) {
  const FitParameters parameters(phased_graph(), phased_plan(), 2);
  //                                        biases of conv1, gains, biases of conv2
  const QuantPlan plan = parameters.applied(std::vector{0.3, 0.0, 0.1, 9.0, 0.0, 0.7, 0.0});
  const LayerPlan& conv1 = plan.layers.at("conv1");
  EXPECT_FLOAT_EQ(conv1.quant.weight_scales[0], 0.25F * 1.1F);
  EXPECT_FLOAT_EQ(conv1.quant.weight_scales[1], 0.25F * 1.2F) << "no gain beyond 20 %";
  EXPECT_FLOAT_EQ(conv1.quant.weight_scales[14], 0.25F * 1.1F);
  // 0.3 * 1.1 is 2.4 steps of 0.5 * 0.275.
  EXPECT_FLOAT_EQ(conv1.bias->data<float>()[0], 2.0F * 0.5F * 0.275F);
  EXPECT_EQ(conv1.bias->data<float>()[1], 0.0F);
  EXPECT_THAT(plan.layers.at("conv2").bias->data<float>(), ElementsAre(0.0F, 0.7F, 0.0F));
  EXPECT_EQ(plan.layers.at("conv2").quant, phased_plan().layers.at("conv2").quant);
}

}  // namespace
}  // namespace caloquant
