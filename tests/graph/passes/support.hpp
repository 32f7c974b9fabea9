#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "graph/ir/editor.hpp"
#include "tests/graph/random_graph.hpp"

namespace caloquant::testing {

/// Different numbers of both signs, the same in every run.
inline Tensor filled(Shape shape, float first = 1.0F) {
  Tensor tensor(DType::f32, std::move(shape));
  float next = first;
  for (float& value : tensor.data<float>()) {
    value = next;
    next = next * -0.9F + 0.1F;
  }
  return tensor;
}

inline bool changes(const Graph& graph, bool (*pass)(GraphEditor&)) {
  GraphEditor editor(graph);
  return pass(editor);
}

inline Graph after(const Graph& graph, bool (*pass)(GraphEditor&)) {
  GraphEditor editor(graph);
  (void)pass(editor);
  return editor.finish();
}

/// Operators in the order of the graph.
inline std::vector<std::string> ops_of(const Graph& graph) {
  std::vector<std::string> ops;
  for (const Node& node : graph.nodes()) {
    ops.emplace_back(name_of(node.op));
  }
  return ops;
}

inline int count(const Graph& graph, const std::string& op) {
  const std::vector<std::string> ops = ops_of(graph);
  return static_cast<int>(std::count(ops.begin(), ops.end(), op));
}

/// Do both compute the same bits from the same random inputs?
inline bool compute_the_same_bits(const Graph& before, const Graph& after) {
  std::mt19937_64 random(3);
  const Ran ran = run_random(before, *compile_reference(before, 2), random);
  const auto found = run_on(after, *compile_reference(after, 2), ran.inputs);
  return std::ranges::equal(found.front().data<float>(), ran.outputs.front().data<float>());
}

}  // namespace caloquant::testing
