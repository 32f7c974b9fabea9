#include "graph/exec/batch_tensors.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "graph/exec/executor.hpp"
#include "graph/ir/editor.hpp"

namespace caloquant {
namespace {

/// x [N, 2] and y [N, 2] to x + y and relu(x).
Graph sum_and_relu() {
  GraphEditor editor("two of each");
  const ValueId x = editor.add_input("x", {dynamic, 2});
  const ValueId y = editor.add_input("y", {dynamic, 2});
  editor.add_output("sum", editor.add_node("sum", Add{}, {x, y}));
  editor.add_output("relu", editor.add_node("relu", Eltwise{EltwiseKind::relu}, {x}));
  return editor.finish();
}

TEST(BatchTensors, HaveTheBatchAsFirstExtent) {
  const Graph graph = sum_and_relu();
  EXPECT_EQ(batch_shape(graph, graph.inputs()[0], 3), (Shape{3, 2}));
  const BatchTensors inputs = BatchTensors::inputs_of(graph, 3);
  ASSERT_EQ(inputs.tensors().size(), 2U);
  EXPECT_EQ(inputs.tensors()[1].shape(), (Shape{3, 2}));
  EXPECT_EQ(inputs.dst()[1].size(), 6U);
  EXPECT_TRUE(std::ranges::all_of(inputs.src()[1], [](float cell) { return cell == 0.0F; }));
}

TEST(BatchTensors, FirstEventsAreTheBeginning) {
  const BatchTensors inputs = BatchTensors::inputs_of(sum_and_relu(), 3);
  const auto rows = inputs.first(2);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[1].size(), 4U);
  EXPECT_EQ(rows[1].data(), inputs.src()[1].data());
}

TEST(BatchTensors, AreWhatAnExecutableReadsAndWrites) {
  const Graph graph = sum_and_relu();
  const std::vector<float> x{1.0F, -2.0F};
  const std::vector<float> y{10.0F, 20.0F};
  const BatchTensors inputs({Tensor::of<float>({1, 2}, x), Tensor::of<float>({1, 2}, y)});
  BatchTensors outputs = BatchTensors::outputs_of(graph, 1);
  compile_reference(graph, 1)->run(inputs.src(), outputs.dst());
  BatchTensors moved = std::move(outputs);
  EXPECT_EQ(moved.src()[0][1], 18.0F);
  const std::vector<Tensor> results = std::move(moved).take();
  EXPECT_EQ(results[0].data<float>()[0], 11.0F);
  EXPECT_EQ(results[1].data<float>()[1], 0.0F);
}

}  // namespace
}  // namespace caloquant
