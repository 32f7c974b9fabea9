#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "graph/ir/editor.hpp"

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

}  // namespace caloquant::testing
