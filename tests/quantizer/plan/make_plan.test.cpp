#include "quantizer/plan/make_plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "graph/ir/editor.hpp"
#include "graph/passes/pass.hpp"
#include "ops/core/qmath.hpp"
#include "ops/core/weight_scales.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

/// conv1 -> middle -> conv2, where `middle` adds what stands between.
template <typename Middle>
Graph two_convolutions(Middle middle) {
  GraphEditor editor("two");
  ValueId x = editor.add_input("x", {dynamic, 1, 4, 4, 4});
  const Conv op{{1, 1, 1}, {1, 1, 1}, {0, 0, 0}, {0, 0, 0}, 1};
  const auto weights = [&] {
    Tensor tensor(DType::f32, {1, 1, 1, 1, 1});
    tensor.data<float>()[0] = 0.5F;
    return editor.add_constant("w", std::move(tensor));
  };
  x = editor.add_node("conv1", op, {x, weights()});
  x = middle(editor, x);
  x = editor.add_node("conv2", op, {x, weights()});
  editor.add_output("y", x);
  return editor.finish();
}

ValueId relu(GraphEditor& editor, ValueId x) {
  return editor.add_node("relu", Eltwise{EltwiseKind::relu, 0.0F}, {x});
}
ValueId affine(GraphEditor& editor, ValueId x) {
  return editor.add_node("bn", Affine{},
                         {x, editor.add_constant("m", Tensor(DType::f32, {1})),
                          editor.add_constant("a", Tensor(DType::f32, {1}))});
}
ValueId pad(GraphEditor& editor, ValueId x) {
  return editor.add_node("pad", Pad{{0, 0, 1, 1, 1}, {0, 0, 0, 0, 0}}, {x});
}

QuantParams choose(const Graph& graph, const std::string& layer, Range range, ActivationRule rule,
                   ActivationType type = ActivationType::automatic) {
  return choose_activation(graph, *graph.find(layer), range, type, rule);
}

TEST(ActivationRules, MeasuredRangeDecides) {
  const Graph graph = two_convolutions(relu);
  const auto positive = choose(graph, "conv2", {0.0F, 5.1F}, ActivationRule::measured);
  EXPECT_EQ(positive, (QuantParams{DType::u8, 5.1F / 255.0F, 0}));
  const auto skewed = choose(graph, "conv2", {-1.0F, 4.1F}, ActivationRule::measured);
  EXPECT_EQ(skewed.dtype, DType::u8);
  EXPECT_EQ(skewed.zero_point, 50);
  const auto symmetric = choose(graph, "conv2", {-2.0F, 2.0F}, ActivationRule::measured);
  EXPECT_EQ(symmetric, (QuantParams{DType::s8, 2.0F / 127.0F, 0}));
}

// INC looks through BatchNorm and padding, and then takes an unsigned type for signed data.
TEST(ActivationRules, IncLooksThroughBatchNormAndPadding) {
  const Graph graph = two_convolutions(
      [](GraphEditor& editor, ValueId x) { return pad(editor, affine(editor, relu(editor, x))); });
  const auto behind_relu = choose(graph, "conv2", {-3.0F, 5.1F}, ActivationRule::inc_u8_scaled);
  EXPECT_EQ(behind_relu, (QuantParams{DType::u8, 5.1F / 255.0F, 0}));
  const auto first = choose(graph, "conv1", {-3.0F, 5.1F}, ActivationRule::inc_u8_scaled);
  EXPECT_EQ(first.dtype, DType::s8);
}

/// A clip from 0 on is a ReLU with a ceiling; one that lets negative numbers through is none.
TEST(ActivationRules, IncTakesAClipFromZeroForARelu) {
  const auto behind = [](float low) {
    const Graph graph = two_convolutions([low](GraphEditor& editor, ValueId x) {
      return editor.add_node("clip", clip_between(low, 6.0F), {x});
    });
    return choose(graph, "conv2", {low, 1.0F}, ActivationRule::inc_u8_scaled).dtype;
  };
  EXPECT_EQ(behind(0.0F), DType::u8);
  EXPECT_EQ(behind(-0.5F), DType::s8);
}

TEST(ActivationRules, IncStopsAtEverythingElse) {
  const auto leaky = two_convolutions([](GraphEditor& editor, ValueId x) {
    return editor.add_node("leaky", Eltwise{EltwiseKind::leaky_relu, 0.3F}, {x});
  });
  EXPECT_EQ(choose(leaky, "conv2", {0.0F, 1.0F}, ActivationRule::inc_u8_scaled).dtype, DType::s8);
  const auto upsampled = two_convolutions([](GraphEditor& editor, ValueId x) {
    return editor.add_node("up", UpsampleNearest{{2, 2, 2}}, {relu(editor, x)});
  });
  EXPECT_EQ(choose(upsampled, "conv2", {0.0F, 1.0F}, ActivationRule::inc_u8_scaled).dtype,
            DType::s8);
}

// conv1 -> relu -> up-sampling -> conv2 -> relu -> bn -> conv3: collapsed, the relu stands right
// before conv2 and a DepthToSpace before conv3. The types are those of the graph as it was written.
TEST(ActivationRules, IncChoosesAsIfNothingWereCollapsed) {
  GraphEditor editor("collapsed");
  const auto conv = [&](const std::string& name, ValueId src) {
    Tensor weights(DType::f32, {1, 1, 2, 2, 2});
    std::fill(weights.data<float>().begin(), weights.data<float>().end(), 0.5F);
    return editor.add_node(name, Conv{{1, 1, 1}, {1, 1, 1}, {0, 0, 0}, {0, 0, 0}, 1},
                           {src, editor.add_constant("w", std::move(weights))});
  };
  ValueId x = conv("conv1", editor.add_input("x", {dynamic, 1, 4, 4, 4}));
  x = editor.add_node("relu1", Eltwise{}, {x});
  x = conv("conv2", editor.add_node("up", UpsampleNearest{{2, 2, 2}}, {x}));
  x = affine(editor, editor.add_node("relu2", Eltwise{}, {x}));
  editor.add_output("y", conv("conv3", x));
  const Graph written = editor.finish();
  for (const std::vector<std::string>& disabled :
       {std::vector<std::string>{}, {"sink_depth_to_space"}, {"collapse_upsample"}}) {
    const Graph graph = canonicalize(written, disabled);
    const auto dtype = [&](const std::string& layer) {
      return choose(graph, layer, {-1.0F, 4.0F}, ActivationRule::inc_u8_scaled).dtype;
    };
    EXPECT_EQ(graph.find("up") == nullptr,
              disabled != std::vector<std::string>{"collapse_upsample"});
    EXPECT_EQ(dtype("conv1"), DType::s8);
    EXPECT_EQ(dtype("conv2"), DType::s8);
    EXPECT_EQ(dtype("conv3"), DType::u8);
  }
}

TEST(ActivationRules, AnExplicitTypeOverrulesTheRule) {
  const Graph graph = two_convolutions(relu);
  EXPECT_EQ(
      choose(graph, "conv2", {0.0F, 1.0F}, ActivationRule::inc_u8_scaled, ActivationType::s8).dtype,
      DType::s8);
  EXPECT_EQ(
      choose(graph, "conv2", {-1.0F, 1.0F}, ActivationRule::measured, ActivationType::u8).dtype,
      DType::u8);
}

TEST(Plan, IsPureAndSharesWeights) {
  const Graph graph = two_convolutions(relu);
  CalibrationTable table;
  table.layers["conv1"][RangeAlgorithm::minmax] = {-1.0F, 2.0F};
  table.layers["conv2"][RangeAlgorithm::minmax] = {0.0F, 2.0F};
  TuningConfig config;
  config.set("conv1", {Precision::int8, RangeAlgorithm::minmax, true, ActivationType::automatic});
  config.set("conv2", {});
  WeightCache cache;
  const QuantPlan one = make_plan(graph, table, config, ActivationRule::measured, cache);
  const QuantPlan two = make_plan(graph, table, config, ActivationRule::measured, cache);
  ASSERT_EQ(one.layers.size(), 1U);
  EXPECT_EQ(one.layers.at("conv1").quant, two.layers.at("conv1").quant);
  EXPECT_EQ(one.layers.at("conv1").weights, two.layers.at("conv1").weights);  // one tensor, not two
  const Graph quantized = apply_plan(graph, one);
  EXPECT_TRUE(quantized.find("conv1")->quant.has_value());
  EXPECT_FALSE(quantized.find("conv2")->quant.has_value());
  EXPECT_FALSE(graph.find("conv1")->quant.has_value());
}

/// Every layer has the range of its own algorithm, and the weights of its own.
TEST(Plan, HonoursRangesPerLayer) {
  const Graph graph = two_convolutions(relu);
  CalibrationTable table;
  float high = 1.0F;
  for (const RangeAlgorithm algorithm : all_range_algorithms()) {
    table.layers["conv1"][algorithm] = {0.0F, high};
    table.layers["conv2"][algorithm] = {0.0F, 100.0F * high};
    high += 1.0F;
  }
  table.candidates["conv1"] = {{RangeAlgorithm::minmax, {0.0F, 1.0F}, {0.5, 0.0}},
                               {RangeAlgorithm::mse, {0.0F, 5.0F}, {0.1, 0.1}}};
  WeightCache cache;
  for (const RangeAlgorithm algorithm : all_range_algorithms()) {
    TuningConfig config;
    config.set("conv1", {Precision::int8, algorithm, true, ActivationType::automatic});
    config.set("conv2", {Precision::int8, RangeAlgorithm::kl, true, ActivationType::automatic});
    const QuantPlan plan = make_plan(graph, table, config, ActivationRule::measured, cache);
    const LayerPlan& first = plan.layers.at("conv1");
    EXPECT_EQ(first.range, table.layers["conv1"][algorithm]);
    EXPECT_EQ(first.quant.src, asymmetric_u8(0.0F, first.range.high));
    EXPECT_EQ(first.choice, config.choice("conv1"));
    EXPECT_EQ(plan.layers.at("conv2").range, table.layers["conv2"][RangeAlgorithm::kl]);
    EXPECT_EQ(first.chosen, algorithm == RangeAlgorithm::automatic
                                ? std::optional(RangeAlgorithm::mse)
                                : std::nullopt);
    EXPECT_EQ(first.candidates.size(), algorithm == RangeAlgorithm::automatic ? 2U : 0U);
  }
}

TEST(Plan, HonoursWeightRangesPerLayer) {
  GraphEditor editor("weights");
  Tensor weights(DType::f32, {1, 1, 4, 4, 4});
  for (std::size_t i = 0; i < weights.data<float>().size(); ++i) {
    weights.data<float>()[i] = 0.37F * static_cast<float>(i % 5);
  }
  weights.data<float>()[0] = 3.0F;  // alone: not worth the steps of all others
  ValueId x = editor.add_input("x", {dynamic, 1, 4, 4, 4});
  x = editor.add_node("conv1", Conv{{1, 1, 1}, {1, 1, 1}, {0, 0, 0}, {0, 0, 0}, 1},
                      {x, editor.add_constant("w", weights)});
  editor.add_output("y", x);
  const Graph graph = editor.finish();
  CalibrationTable table;
  table.layers["conv1"][RangeAlgorithm::minmax] = {0.0F, 1.0F};
  WeightCache cache;
  const auto scales = [&](WeightRange range) {
    TuningConfig config;
    config.set("conv1",
               {Precision::int8, RangeAlgorithm::minmax, true, ActivationType::automatic, range});
    return make_plan(graph, table, config, ActivationRule::measured, cache)
        .layers.at("conv1")
        .quant.weight_scales;
  };
  EXPECT_EQ(scales(WeightRange::minmax), minmax_weight_scales(weights, true));
  EXPECT_EQ(scales(WeightRange::mse), mse_weight_scales(weights, true));
  EXPECT_NE(scales(WeightRange::mse), scales(WeightRange::minmax));
}

TEST(Plan, EveryPrecisionHasItsTypes) {
  const Graph graph = two_convolutions(relu);
  CalibrationTable table;
  table.layers["conv1"][RangeAlgorithm::minmax] = {-1.0F, 2.0F};
  WeightCache cache;
  const auto planned = [&](Precision precision) {
    TuningConfig config;
    config.set("conv1", {precision, RangeAlgorithm::minmax, true, ActivationType::automatic});
    return make_plan(graph, table, config, ActivationRule::measured, cache).layers.at("conv1");
  };
  const LayerPlan w8a16 = planned(Precision::w8a16);
  EXPECT_EQ(precision_of(w8a16.quant), Precision::w8a16);
  EXPECT_EQ(w8a16.weights->dtype(), DType::s8);
  EXPECT_EQ(w8a16.quant.src.limit, 32767);
  EXPECT_EQ(w8a16.quant.src.scale, 4.0F / 32767.0F);  // twice the largest magnitude of the range
  const LayerPlan w8 = planned(Precision::w8);
  EXPECT_EQ(precision_of(w8.quant), Precision::w8);
  EXPECT_EQ(w8.weights, w8a16.weights);  // one tensor for all that have 8-bit weights
  const LayerPlan bf16 = planned(Precision::bf16);
  EXPECT_EQ(precision_of(bf16.quant), Precision::bf16);
  EXPECT_EQ(bf16.weights->dtype(), DType::bf16);
  for (const LayerPlan& plan : {w8a16, w8, bf16}) {
    const Graph applied = apply_plan(graph, {{{"conv1", plan}}});
    EXPECT_EQ(precision_of(*applied.find("conv1")->quant), precision_of(plan.quant));
  }
}

// A corrected bias takes the place of the network's, or of none.
TEST(Plan, CorrectsTheBiasWhereStatisticsAreKnown) {
  const Graph graph = two_convolutions(relu);
  CalibrationTable table;
  table.layers["conv1"][RangeAlgorithm::minmax] = {-1.0F, 2.0F};
  StatisticsTable statistics;
  statistics["conv1"] = {1, 1, 1, {4.0}, {2.0}};
  TuningConfig config;
  config.set("conv1", {Precision::bf16, RangeAlgorithm::minmax, true, ActivationType::automatic});
  WeightCache cache;
  const Corrections corrections{true, false, &statistics};
  const QuantPlan plan =
      make_plan(graph, table, config, ActivationRule::measured, cache, corrections);
  ASSERT_NE(plan.layers.at("conv1").bias, nullptr);
  EXPECT_EQ(plan.layers.at("conv1").bias->data<float>()[0], 0.0F);  // 0.5 is a bfloat16
  const Graph applied = apply_plan(graph, plan);
  EXPECT_EQ(applied.constant(*applied.find("conv1"), 2)->size(), 1);
}

TEST(Plan, NamesALayerThatWasNotCalibrated) {
  const Graph graph = two_convolutions(relu);
  TuningConfig config;
  config.set("conv1", {Precision::int8, RangeAlgorithm::kl, true, ActivationType::automatic});
  WeightCache cache;
  EXPECT_THAT(testing::message_of(
                  [&] { (void)make_plan(graph, {}, config, ActivationRule::measured, cache); }),
              ::testing::HasSubstr("layer 'conv1'"));
}

}  // namespace
}  // namespace caloquant
