// (a) Transpose that moves only axes of extent 1   ->  Reshape
// (b) Transpose(p) -> Transpose(q)                 ->  Transpose(p o q)
// (c) Reshape -> Reshape                           ->  the last Reshape, from the first src
// (d) UpsampleNearest(f) -> UpsampleNearest(g)     ->  UpsampleNearest(f * g)
//     (TensorFlow repeats one axis after the other)
// (e) Transpose or Reshape that changes nothing    ->  nothing
//
// In (b), (c) and (d) the first node may have other readers: it stays for them. Exact: no value
// changes.

#include "graph/passes/pass.hpp"

namespace caloquant {
namespace {

bool simplify_transpose(GraphEditor& editor, NodeId id) {
  const Node node = editor.graph().node(id);
  const auto& permutation = std::get<Transpose>(node.op).permutation;
  const Shape& src = editor.shape(node.inputs[0]);
  if (permutation.front() == 0 && keeps_memory(src, permutation)) {
    Shape dims = editor.shape(node.output);
    dims.front() = dynamic;
    editor.set_op(id, Reshape{dims});
    return true;
  }
  const Node* before = editor.graph().producer(node.inputs[0]);
  if (before == nullptr || !std::holds_alternative<Transpose>(before->op)) {
    return false;
  }
  Transpose merged;
  for (const std::int64_t axis : permutation) {
    merged.permutation.push_back(
        std::get<Transpose>(before->op).permutation[static_cast<std::size_t>(axis)]);
  }
  const ValueId first = before->inputs[0];
  editor.set_op(id, merged);
  editor.set_input(id, 0, first);
  return true;
}

bool simplify_reshape(GraphEditor& editor, NodeId id) {
  const Node node = editor.graph().node(id);
  const bool is_read =
      !editor.graph().consumers(node.output).empty() || editor.graph().is_output(node.output);
  if (is_read && editor.shape(node.inputs[0]) == editor.shape(node.output)) {
    editor.replace_uses(node.output, node.inputs[0]);
    return true;
  }
  const Node* before = editor.graph().producer(node.inputs[0]);
  if (before == nullptr || !std::holds_alternative<Reshape>(before->op)) {
    return false;
  }
  editor.set_input(id, 0, before->inputs[0]);
  return true;
}

bool simplify_upsampling(GraphEditor& editor, NodeId id) {
  const Node node = editor.graph().node(id);
  const Node* before = editor.graph().producer(node.inputs[0]);
  if (before == nullptr || !std::holds_alternative<UpsampleNearest>(before->op)) {
    return false;
  }
  UpsampleNearest merged = std::get<UpsampleNearest>(node.op);
  for (std::size_t i = 0; i < merged.factors.size(); ++i) {
    merged.factors[i] *= std::get<UpsampleNearest>(before->op).factors[i];
  }
  const ValueId first = before->inputs[0];
  editor.set_op(id, merged);
  editor.set_input(id, 0, first);
  return true;
}

}  // namespace

bool simplify_movement(GraphEditor& editor) {
  bool changed = false;
  for (bool again = true; again;) {
    again = false;
    for (std::size_t i = 0; i < editor.graph().nodes().size(); ++i) {
      const auto id = static_cast<NodeId>(i);
      const Op& op = editor.graph().node(id).op;
      again |= std::holds_alternative<Transpose>(op) && simplify_transpose(editor, id);
      again |= std::holds_alternative<Reshape>(editor.graph().node(id).op) &&
               simplify_reshape(editor, id);
      again |= std::holds_alternative<UpsampleNearest>(editor.graph().node(id).op) &&
               simplify_upsampling(editor, id);
    }
    changed |= again;
  }
  return changed;
}

}  // namespace caloquant
