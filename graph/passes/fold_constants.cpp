// Before:  constants -> op -> y      After:  the constant y, as the reference operator computes it
//
// First of all that look for constant weights and vectors: they may be made by operators.
//
// Conditions: every input is an f32 constant, the node is not quantized, y is no graph output (an
// output is computed) and has at most 2^26 elements. Exact up to the rounding of y.

#include <algorithm>

#include "graph/passes/pass.hpp"
#include "graph/passes/support.hpp"
#include "ops/reference/reference.hpp"

namespace caloquant {
namespace {

bool is_foldable(const Graph& graph, const Node& node) {
  const bool all_constant = std::all_of(node.inputs.begin(), node.inputs.end(), [&](ValueId id) {
    const Value& value = graph.value(id);
    return value.constant != nullptr && value.dtype == DType::f32;
  });
  return all_constant && !node.quant && !graph.is_output(node.output) &&
         !graph.consumers(node.output).empty() &&
         element_count(graph.value(node.output).shape) <= largest_constant;
}

}  // namespace

bool fold_constants(GraphEditor& editor) {
  bool changed = false;
  for (std::size_t i = 0; i < editor.graph().nodes().size(); ++i) {
    const Node node = editor.graph().nodes()[i];
    if (!is_foldable(editor.graph(), node)) {
      continue;
    }
    std::vector<const Tensor*> inputs;
    for (std::size_t input = 0; input < node.inputs.size(); ++input) {
      inputs.push_back(editor.graph().constant(node, input));
    }
    // The node stays behind unread and is dropped by finish().
    editor.replace_uses(node.output, editor.add_constant(node.name, reference_op(node.op, inputs)));
    changed = true;
  }
  return changed;
}

}  // namespace caloquant
