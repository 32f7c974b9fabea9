// Transpose(p) -> M -> ... -> Transpose  ->  M' -> Transpose(p) -> ... -> Transpose
//
// M: Pad, or UpsampleNearest of axes that are not the channels in front of p. Keras 3 repeats and
// pads channels last, between convolutions that read channels first. Transposes that meet in the
// end, and up-samplings, are merged by simplify_movement.
//
// Conditions: nothing else reads what lies between the Transposes, and the batch stays in front, so
// that there is one Transpose less in the end. Exact: no value changes.

#include <optional>

#include "graph/passes/pass.hpp"
#include "graph/passes/support.hpp"

namespace caloquant {
namespace {

bool is_spread(const Op& op) {
  return std::holds_alternative<Pad>(op) || std::holds_alternative<UpsampleNearest>(op);
}

/// M in front of the Transpose; none where it would repeat channels.
std::optional<Op> moved_up(const Op& op, const Shape& permutation) {
  const auto unpermuted = [&permutation](const Shape& by_dst) {
    Shape by_src(by_dst.size());
    for (std::size_t axis = 0; axis < by_dst.size(); ++axis) {
      by_src[static_cast<std::size_t>(permutation[axis])] = by_dst[axis];
    }
    return by_src;
  };
  if (const auto* pad = std::get_if<Pad>(&op)) {
    return Pad{unpermuted(pad->begin), unpermuted(pad->end)};
  }
  Shape factors{1, 1};
  const Shape& spatial = std::get<UpsampleNearest>(op).factors;
  factors.insert(factors.end(), spatial.begin(), spatial.end());
  factors = unpermuted(factors);
  if (factors[1] != 1) {
    return std::nullopt;
  }
  return UpsampleNearest{{factors.begin() + 2, factors.end()}};
}

/// Does a value reach a Transpose by nothing but Pads and up-samplings?
bool reaches_transpose(const Graph& graph, ValueId value) {
  while (read_once(graph, value)) {
    const Node& reader = graph.node(graph.consumers(value).front());
    if (!is_spread(reader.op)) {
      return std::holds_alternative<Transpose>(reader.op);
    }
    value = reader.output;
  }
  return false;
}

bool sink_one(GraphEditor& editor, NodeId id) {
  const Node node = editor.graph().node(id);
  if (!is_spread(node.op)) {
    return false;
  }
  const Node* before = editor.graph().producer(node.inputs[0]);
  if (before == nullptr || !std::holds_alternative<Transpose>(before->op) ||
      std::get<Transpose>(before->op).permutation.front() != 0 ||
      !read_once(editor.graph(), before->output) ||
      !reaches_transpose(editor.graph(), node.output)) {
    return false;
  }
  const Node move = *before;
  const NodeId move_id = id_of(editor.graph(), *before);
  const auto op = moved_up(node.op, std::get<Transpose>(move.op).permutation);
  if (!op) {
    return false;
  }
  editor.replace_uses(node.output, move.output);
  editor.replace_node(id, *op, {move.inputs[0]});
  editor.replace_node(move_id, move.op, {node.output});
  return true;
}

}  // namespace

bool sink_transpose(GraphEditor& editor) {
  bool changed = false;
  for (bool again = true; again;) {
    again = false;
    for (std::size_t i = 0; i < editor.graph().nodes().size(); ++i) {
      again |= sink_one(editor, static_cast<NodeId>(i));
    }
    changed |= again;
  }
  if (changed) {
    simplify_movement(editor);
  }
  return changed;
}

}  // namespace caloquant
