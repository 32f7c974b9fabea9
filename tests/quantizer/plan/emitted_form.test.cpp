#include "quantizer/plan/emitted_form.hpp"

#include <gmock/gmock.h>

#include <cmath>

#include "graph/io/onnx/onnx_writer.hpp"
#include "graph/ir/difference.hpp"
#include "graph/ir/editor.hpp"
#include "ops/core/weight_scales.hpp"
#include "quantizer/plan/make_plan.hpp"
#include "quantizer/search/space/layer_specs.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr std::array profiles{OnnxProfile::onnxruntime, OnnxProfile::openvino,
                              OnnxProfile::tensorrt, OnnxProfile::portable};

class EmittedForm : public testing::PropertyTest {
 protected:
  /// Two convolutions, where channels 1 and 4 of each have tiny weights and a large bias.
  Graph with_dead_channels() {
    GraphEditor editor("dead");
    ValueId x = editor.add_input("x", {dynamic, 1, 6, 6});
    const Conv op{{1, 1}, {1, 1}, {1, 1}, {1, 1}, 1};
    std::int64_t channels = 1;
    for (const char* name : {"one", "two"}) {
      Tensor weights(DType::f32, {6, channels, 3, 3});
      Tensor bias(DType::f32, {6});
      const auto values = weights.data<float>();
      const float dead = std::pow(10.0F, testing::uniform(random, -14.0F, -3.0F));
      for (std::size_t i = 0; i < values.size(); ++i) {
        const std::size_t channel = i / (values.size() / 6);
        values[i] =
            testing::uniform(random, -1.0F, 1.0F) * (channel == 1 || channel == 4 ? dead : 1.0F);
      }
      for (float& value : bias.data<float>()) {
        value = testing::uniform(random, -2.0F, 2.0F);
      }
      x = editor.add_node(name, op,
                          {x, editor.add_constant(std::string(name) + "/w", std::move(weights)),
                           editor.add_constant(std::string(name) + "/b", std::move(bias))});
      x = editor.add_node(std::string(name) + "_relu", Eltwise{EltwiseKind::relu, 0.0F}, {x});
      channels = 6;
    }
    editor.add_output("y", x);
    return editor.finish();
  }
};

Graph quantized(const Graph& graph, Precision precision, bool per_channel, ActivationRule rule) {
  CalibrationTable table;
  TuningConfig config;
  for (const char* name : {"one", "two"}) {
    table.layers[name][RangeAlgorithm::minmax] = {-0.1F, 3.0F};
    config.set(name, {precision, RangeAlgorithm::minmax, per_channel});
  }
  WeightCache weights;
  return apply_plan(graph, make_plan(graph, table, config, rule, weights));
}

/// No plan has a bias that a runtime could not keep in 32 bits, so that none stays f32 in a file
/// of the profile onnxruntime.
TEST_F(EmittedForm, EveryBiasOfAPlanFits) {
  for (int round = 0; round < 20; ++round) {
    const Graph graph = with_dead_channels();
    for (const Precision precision : {Precision::int8, Precision::w8a16}) {
      for (const bool per_channel : {true, false}) {
        const Graph made = quantized(graph, precision, per_channel, ActivationRule::measured);
        for (const Node& node : made.nodes()) {
          if (!node.quant) {
            continue;
          }
          const auto bias = made.constant(node, 2)->data<float>();
          for (std::size_t c = 0; c < bias.size(); ++c) {
            EXPECT_LE(std::fabs(bias[c] / step_of_sums(*node.quant, c)), 1.00001F * 0x1p30F)
                << node.name << " " << c << " " << name_of(precision);
          }
        }
        EXPECT_THAT(onnx::export_graph(made, OnnxProfile::onnxruntime).notes, IsEmpty());
      }
    }
  }
}

/// What is judged goes into the file as it is, for every profile.
TEST_F(EmittedForm, NoProfileHasToChangeIt) {
  const Graph graph = with_dead_channels();
  for (const OnnxProfile profile : profiles) {
    RunConfig config;
    config.emit = {true, true, profile};
    config = with_carried_rule(config);
    for (const Precision precision : {Precision::int8, Precision::w8a16, Precision::bf16}) {
      std::vector<LayerSpec> layers = layer_specs(graph, true);
      keep_what_is_carried(layers, config.emit);
      if (std::ranges::find(layers[0].searched.precisions, precision) ==
          layers[0].searched.precisions.end()) {
        EXPECT_EQ(profile, OnnxProfile::tensorrt);
        EXPECT_EQ(precision, Precision::w8a16);
        continue;
      }
      SCOPED_TRACE(std::string(name_of(profile)) + " " + std::string(name_of(precision)));
      const Graph judged = emitted_form(
          quantized(graph, precision, true, config.quantization.activation_rule), config.emit);
      EXPECT_THAT(onnx::export_graph(judged, profile).notes, IsEmpty());
      if (profile == OnnxProfile::onnxruntime) {
        EXPECT_EQ(difference(with_whole_biases(judged), judged), "");
      }
    }
  }
}

TEST_F(EmittedForm, WithoutOnnxNothingChanges) {
  const Graph graph = with_dead_channels();
  const Graph made = quantized(graph, Precision::int8, true, ActivationRule::measured);
  for (const OnnxProfile profile : profiles) {
    RunConfig config;
    config.emit = {true, false, profile};
    EXPECT_EQ(with_carried_rule(config).quantization.activation_rule, ActivationRule::measured);
    EXPECT_EQ(difference(emitted_form(made, config.emit), made), "");
    std::vector<LayerSpec> layers = layer_specs(graph, true);
    keep_what_is_carried(layers, config.emit);
    EXPECT_THAT(layers[0].capability.precisions, Contains(Precision::w8a16));
    EXPECT_THAT(layers[0].capability.activations, Contains(ActivationType::u8));
  }
}

TEST_F(EmittedForm, WhatAProfileDoesNotCarryIsNotSearched) {
  std::vector<LayerSpec> layers = layer_specs(with_dead_channels(), true);
  keep_what_is_carried(layers, {true, true, OnnxProfile::portable});
  EXPECT_THAT(layers[0].capability.activations, Not(Contains(ActivationType::u8)));
  EXPECT_THAT(layers[0].capability.precisions, Contains(Precision::w8a16));
  keep_what_is_carried(layers, {true, true, OnnxProfile::tensorrt});
  EXPECT_THAT(layers[0].capability.precisions, Not(Contains(Precision::w8a16)));
  EXPECT_THAT(layers[0].searched.precisions, Not(Contains(Precision::w8a16)));
}

}  // namespace
}  // namespace caloquant
