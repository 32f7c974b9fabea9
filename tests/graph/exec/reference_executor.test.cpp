#include <gmock/gmock.h>

#include <algorithm>
#include <caloquant/error.hpp>

#include "graph/exec/executor.hpp"
#include "graph/ir/editor.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;

/// Runs a graph with one input and one output.
std::vector<float> run(const Graph& graph, std::int64_t batch, const std::vector<float>& src) {
  Shape shape = graph.value(graph.outputs().front().value).shape;
  shape.front() = batch;
  std::vector<float> dst(static_cast<std::size_t>(element_count(shape)));
  const std::span<const float> inputs[] = {src};
  const std::span<float> outputs[] = {dst};
  compile_reference(graph, batch)->run(inputs, outputs);
  return dst;
}

/// One Dense 3 -> 2, quantized: weights s8 with two scales.
Graph quantized_dense(std::vector<float> scales, bool with_bias) {
  GraphEditor editor("net");
  const ValueId x = editor.add_input("x", {dynamic, 3});
  const ValueId w = editor.add_constant("w", Tensor(DType::f32, {2, 3}));
  const std::vector<float> bias{0.25F, -1.0F};
  std::vector<ValueId> inputs{x, w};
  if (with_bias) {
    inputs.push_back(editor.add_constant("b", Tensor::of<float>({2}, bias)));
  }
  const ValueId y = editor.add_node("dense", Dense{}, inputs);
  editor.add_output("y", y);
  const std::vector<std::int8_t> weights{1, 2, 3, -127, 0, 127};
  editor.set_quant(NodeId{0}, {{DType::u8, 0.5F, 4}, std::move(scales)},
                   std::make_shared<const Tensor>(Tensor::of<std::int8_t>({2, 3}, weights)));
  return editor.finish();
}

TEST(ReferenceExecutor, QuantizedDenseByHand) {
  // x / 0.5 + 4 = {4, 6.5 -> 6, 400 -> 255}: q - 4 = {0, 2, 251}; 2.5 is a tie that goes to even.
  const std::vector<float> src{0.0F, 1.25F, 198.0F};
  // sums: 0 + 4 + 753 = 757; 0 + 0 + 127 * 251 = 31877
  EXPECT_THAT(run(quantized_dense({0.5F, 0.25F}, true), 1, src),
              ElementsAre(757 * 0.25F + 0.25F, 31877 * 0.125F - 1.0F));
  EXPECT_THAT(run(quantized_dense({0.5F}, false), 1, src), ElementsAre(757 * 0.25F, 31877 * 0.25F));
}

TEST(ReferenceExecutor, QuantizedConvScalesItsChannelAxis) {
  GraphEditor editor("net");
  const ValueId x = editor.add_input("x", {dynamic, 1, 3});
  const ValueId w = editor.add_constant("w", Tensor(DType::f32, {2, 1, 2}));
  const ValueId y = editor.add_node("conv", Conv{{1}, {1}, {1}, {0}, 1}, {x, w});
  editor.add_output("y", y);
  const std::vector<std::int8_t> weights{1, 10, -1, 1};
  editor.set_quant(NodeId{0}, {{DType::s8, 1.0F, 0}, {0.5F, 2.0F}},
                   std::make_shared<const Tensor>(Tensor::of<std::int8_t>({2, 1, 2}, weights)));
  // src {1, 2, -200 -> -128} with a zero before it.
  EXPECT_THAT(run(editor.finish(), 1, {1, 2, -200}),
              ElementsAre(0.5F * 10, 0.5F * 21, 0.5F * -1278, 2.0F * 1, 2.0F * 1, 2.0F * -130));
}

TEST(ReferenceExecutor, RefusesOverflowWithTheLayer) {
  constexpr std::int64_t inputs = 70000;  // 255 * 127 * 70000 > 2^31
  GraphEditor editor("net");
  const ValueId x = editor.add_input("x", {dynamic, inputs});
  const ValueId w = editor.add_constant("w", Tensor(DType::f32, {1, inputs}));
  editor.add_output("y", editor.add_node("wide", Dense{}, {x, w}));
  Tensor weights(DType::s8, {1, inputs});
  std::ranges::fill(weights.data<std::int8_t>(), std::int8_t{127});
  editor.set_quant(NodeId{0}, {{DType::u8, 1.0F, 0}, {1.0F}},
                   std::make_shared<const Tensor>(std::move(weights)));
  const Graph graph = editor.finish();
  EXPECT_THAT(testing::message_of([&] { (void)run(graph, 1, std::vector<float>(inputs, 255.0F)); }),
              HasSubstr("layer 'wide': the integer sum"));
}

/// A value read twice, an output in the middle, an output that is the input itself.
TEST(ReferenceExecutor, KeepsWhatIsStillRead) {
  GraphEditor editor("net");
  const ValueId x = editor.add_input("x", {dynamic, 2});
  const ValueId a = editor.add_node("a", Eltwise{EltwiseKind::leaky_relu, 2.0F}, {x});
  const ValueId b = editor.add_node("b", Add{}, {a, a, x});
  const ValueId c = editor.add_node("c", Eltwise{EltwiseKind::relu, 0.0F}, {b});
  editor.add_output("c", c);
  editor.add_output("a", a);
  editor.add_output("x", x);
  const Graph graph = editor.finish();
  const auto executable = compile_reference(graph, 2);
  EXPECT_EQ(executable->batch(), 2);
  const std::vector<float> src{1, -2, 3, -4};
  std::vector<std::vector<float>> dst(3, std::vector<float>(4));
  const std::span<const float> inputs[] = {src};
  const std::vector<std::span<float>> outputs(dst.begin(), dst.end());
  for (int again = 0; again < 2; ++again) {
    executable->run(inputs, outputs);
    EXPECT_THAT(dst[0], ElementsAre(3, 0, 9, 0));
    EXPECT_THAT(dst[1], ElementsAre(1, -4, 3, -8));
    EXPECT_THAT(dst[2], ElementsAreArray(src));
  }
  const std::vector<StepInfo> steps = executable->steps();
  ASSERT_EQ(steps.size(), 3U);
  EXPECT_EQ(steps[0].layer, "a");
  EXPECT_EQ(steps[0].op, "leaky_relu");
  EXPECT_EQ(steps[0].precision, Precision::fp32);
  EXPECT_EQ(compile_reference(quantized_dense({1.0F}, false), 1)->steps()[0].precision,
            Precision::int8);
}

TEST(ReferenceExecutorDeathTest, SpansMustFit) {
  const Graph graph = quantized_dense({1.0F}, false);
  EXPECT_DEATH((void)run(graph, 2, std::vector<float>(3)), "broken precondition");
}

}  // namespace
}  // namespace caloquant
