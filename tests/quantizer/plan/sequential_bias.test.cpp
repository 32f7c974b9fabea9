#include "quantizer/plan/sequential_bias.hpp"

#include <gtest/gtest.h>

#include "graph/ir/editor.hpp"
#include "ops/core/qmath.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

/// Two convolutions of kernel 1 with a ReLU between; inputs between 0 and 1 by event and cell.
struct SequentialBiasTest : testing::PropertyTest {
  Graph graph = [&] {
    GraphEditor editor("two");
    ValueId x = editor.add_input("x", {dynamic, 3, 2, 2, 2});
    const Conv op{{1, 1, 1}, {1, 1, 1}, {0, 0, 0}, {0, 0, 0}, 1};
    x = editor.add_node("conv1", op, {x, editor.add_constant("w1", floats({4, 3, 1, 1, 1}))});
    x = editor.add_node("relu", Eltwise{EltwiseKind::relu, 0.0F}, {x});
    x = editor.add_node("conv2", op,
                        {x, editor.add_constant("w2", floats({2, 4, 1, 1, 1})),
                         editor.add_constant("b2", floats({2}))});
    editor.add_output("y", x);
    return editor.finish();
  }();
  ChannelMeansOptions options{{0, 20}, 4, {}};

  Tensor floats(const Shape& shape) {
    Tensor tensor(DType::f32, shape);
    for (float& value : tensor.data<float>()) {
      value = testing::uniform(random, -1.0F, 1.0F);
    }
    return tensor;
  }

  static void fill(std::int64_t first, std::int64_t count,
                   std::span<const std::span<float>> inputs) {
    const std::span<float> input = inputs[0];
    std::mt19937_64 of_events(static_cast<std::uint64_t>(first));
    CALOQUANT_EXPECT(count == 4);
    for (float& value : input) {
      value = testing::uniform(of_events, 0.0F, 1.0F);
    }
  }

  /// Weights cut to multiples of 1/4: errors that are far from small.
  QuantPlan coarse_plan() {
    QuantPlan plan;
    for (const char* layer : {"conv1", "conv2"}) {
      const Tensor& weights = *graph.constant(*graph.find(layer), 1);
      Tensor integers(DType::s8, weights.shape());
      for (std::size_t i = 0; i < weights.data<float>().size(); ++i) {
        integers.data<std::int8_t>()[i] =
            static_cast<std::int8_t>(round_saturate(weights.data<float>()[i] * 4.0F, {-127, 127}));
      }
      LayerPlan& own = plan.layers[layer];
      own.weights = std::make_shared<const Tensor>(std::move(integers));
      own.quant = {{DType::f32, 1.0F, 0}, {0.25F}};
      own.choice.precision = Precision::w8;
    }
    return plan;
  }
};

TEST_F(SequentialBiasTest, GivesEveryChannelItsMean) {
  const std::vector<std::string> layers{"conv1", "conv2"};
  const auto wanted = channel_means(graph, layers, fill, options);
  const QuantPlan plan = coarse_plan();
  const auto before = channel_means(apply_plan(graph, plan), layers, fill, options);
  const QuantPlan corrected = with_sequential_bias(graph, plan, fill, options);
  const auto after = channel_means(apply_plan(graph, corrected), layers, fill, options);
  double error_before = 0.0;
  for (const std::string& layer : layers) {
    for (std::size_t channel = 0; channel < wanted.at(layer).size(); ++channel) {
      error_before += std::abs(before.at(layer)[channel] - wanted.at(layer)[channel]);
      // Sums of a few numbers below 1 in f32, a bias rounded to f32.
      EXPECT_NEAR(after.at(layer)[channel], wanted.at(layer)[channel], 1e-6) << layer;
    }
    EXPECT_EQ(corrected.layers.at(layer).weights, plan.layers.at(layer).weights);
  }
  EXPECT_GT(error_before, 1e-2);
}

// By hand: cells 1..8 of one channel, weight 2 and bias 1 give a mean of 2 * 4.5 + 1.
TEST(ChannelMeans, AreThoseOfTheSums) {
  GraphEditor editor("net");
  const ValueId x = editor.add_input("x", {dynamic, 1, 2, 2, 2});
  Tensor weights(DType::f32, {1, 1, 1, 1, 1});
  weights.data<float>()[0] = 2.0F;
  Tensor bias(DType::f32, {1});
  bias.data<float>()[0] = 1.0F;
  const Conv op{{1, 1, 1}, {1, 1, 1}, {0, 0, 0}, {0, 0, 0}, 1};
  ValueId y = editor.add_node(
      "conv", op,
      {x, editor.add_constant("w", std::move(weights)), editor.add_constant("b", std::move(bias))});
  editor.add_output("y", editor.add_node("relu", Eltwise{EltwiseKind::relu, 0.0F}, {y}));
  const auto fill = [](std::int64_t first, std::int64_t count,
                       std::span<const std::span<float>> inputs) {
    const std::span<float> input = inputs[0];
    for (std::size_t i = 0; i < static_cast<std::size_t>(count) * 8; ++i) {
      input[i] = static_cast<float>(i % 8 + 1) * (first == 0 ? 1.0F : -1.0F);
    }
  };
  // Events 0 and 1 as they are, event 2 with its sign changed: (10 + 10 - 8) / 3.
  const auto means = channel_means(editor.finish(), {"conv"}, fill, {{0, 3}, 2, {}});
  EXPECT_NEAR(means.at("conv").at(0), 4.0, 1e-12);
}

}  // namespace
}  // namespace caloquant
