// The bound on f32 rounding holds for what computes in f32, and is small enough to see a fault.

#include "graph/exec/rounding.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

#include "graph/exec/executor.hpp"
#include "graph/ir/editor.hpp"
#include "graph/passes/pass.hpp"
#include "ops/reference/reference.hpp"
#include "tests/graph/random_graph.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

struct Bounded {
  std::vector<RoundedTensor> outputs;
};

Bounded bounded(const Graph& graph, const std::vector<Tensor>& inputs) {
  Bounded result;
  result.outputs.resize(graph.outputs().size());
  run_with_rounding(graph, inputs, [&](ValueId id, const RoundedTensor& tensor) {
    for (std::size_t i = 0; i < result.outputs.size(); ++i) {
      if (graph.outputs()[i].value == id) {
        result.outputs[i] = tensor;
      }
    }
  });
  return result;
}

Tensor row_of(const std::vector<float>& values) {
  return Tensor::of<float>({1, static_cast<std::int64_t>(values.size())}, values);
}

Graph dense(const std::vector<float>& weights, const std::vector<float>& bias) {
  const auto inputs = static_cast<std::int64_t>(weights.size() / bias.size());
  const auto outputs = static_cast<std::int64_t>(bias.size());
  GraphEditor editor("dense");
  const ValueId x = editor.add_input("x", {dynamic, inputs});
  const ValueId w = editor.add_constant("w", Tensor::of<float>({outputs, inputs}, weights));
  const ValueId b = editor.add_constant("b", Tensor::of<float>({outputs}, bias));
  editor.add_output("y", editor.add_node("dense", Dense{}, {x, w, b}));
  return editor.finish();
}

/// y = sum of n products: variance n / 2 + 1 times the squares, n / 3 + 2 times y^2, and the bias.
TEST(Rounding, OfASum) {
  const Graph graph = dense({3, 4}, {0.5F});
  const RoundedTensor y = bounded(graph, {row_of({2, -1})}).outputs.front();
  EXPECT_EQ(y.value.data<float>()[0], 2.5F);
  const double n = 2;
  const double squares = 36 + 16;
  EXPECT_NEAR(y.variance.data<float>()[0], (n / 2 + 1) * squares + 0.25 + (n / 3 + 2) * 2.5 * 2.5,
              1e-4);
  EXPECT_DOUBLE_EQ(bound_of(4.0F), 10 * 2 * 0x1p-24);
}

/// What one layer is off by is off in the next, by its weights and by the slope of a function.
TEST(Rounding, TravelsThroughTheGraph) {
  GraphEditor editor("two");
  const ValueId x = editor.add_input("x", {dynamic, 1});
  const auto layer = [&](const char* name, ValueId src, float weight) {
    const ValueId w = editor.add_constant(std::string(name) + "/w",
                                          Tensor::of<float>({1, 1}, std::vector{weight}));
    return editor.add_node(name, Dense{}, {src, w});
  };
  const ValueId first = layer("first", x, 1.0F);
  const ValueId relu = editor.add_node("leaky", Eltwise{EltwiseKind::leaky_relu, 0.5F}, {first});
  editor.add_output("first", first);
  editor.add_output("leaky", relu);
  editor.add_output("y", layer("second", relu, 10.0F));
  const auto outputs = bounded(editor.finish(), {row_of({-4})}).outputs;
  const auto variance = [&](std::size_t i) {
    return static_cast<double>(outputs[i].variance.data<float>()[0]);
  };
  const double of_first = 1.5 * 16 + (1.0 / 3 + 2) * 16;
  EXPECT_NEAR(variance(0), of_first, 1e-3);
  // The values beside it are rounded to f32 on the way.
  EXPECT_NEAR(variance(1), 0.25 * of_first + 4, 2.0);
  EXPECT_NEAR(variance(2), 100 * (variance(1) + 1.5 * 4) + (1.0 / 3 + 2) * 400, 1.0);
}

TEST(Rounding, AQuantizedGraphHasNone) {
  GraphEditor editor(dense({3, 4}, {0.5F}));
  const Tensor weights = Tensor::of<std::int8_t>({1, 2}, std::vector<std::int8_t>{3, 4});
  editor.set_quant(NodeId{0}, LayerQuant{QuantParams{DType::s8, 0.1F, 0}, {1.0F}},
                   std::make_shared<const Tensor>(weights));
  const Graph graph = editor.finish();
  EXPECT_THAT(testing::message_of([&] {
                (void)bounded(graph, {row_of({1, 1})});
              }),
              ::testing::HasSubstr("layer 'dense': is quantized"));
}

/// The engine computes in f32, in blocks and with passes that put weights together.
class RoundingProperty : public testing::PropertyTest {};

TEST_F(RoundingProperty, HoldsForTheEngineAndIsTight) {
  for (int round = 0; round < 12; ++round) {
    const Graph graph = testing::random_generator(random);
    const Graph canonical = canonicalize(graph);
    const auto engine = compile_engine(canonical, 2);
    const testing::Ran ran = testing::run_random(canonical, *engine, random);
    const auto outputs = bounded(graph, ran.inputs).outputs;
    ASSERT_EQ(outputs.size(), ran.outputs.size());
    for (std::size_t o = 0; o < outputs.size(); ++o) {
      const auto ours = outputs[o].value.data<float>();
      const auto theirs = ran.outputs[o].data<float>();
      const auto variances = outputs[o].variance.data<float>();
      double largest = 0.0;
      double bound = 0.0;
      for (std::size_t i = 0; i < ours.size(); ++i) {
        EXPECT_LE(std::abs(static_cast<double>(theirs[i]) - static_cast<double>(ours[i])),
                  2 * bound_of(variances[i]))
            << "cell " << i;
        largest = std::max(largest, std::abs(static_cast<double>(ours[i])));
        bound = std::max(bound, bound_of(variances[i]));
      }
      // A bound that excused a part in a thousand would see no wrong epsilon.
      EXPECT_LT(bound, 1e-3 * largest);
    }
  }
}

}  // namespace
}  // namespace caloquant
