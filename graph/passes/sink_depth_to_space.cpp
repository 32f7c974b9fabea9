// (a) x -> DepthToSpace -> Eltwise             ->  x -> Eltwise -> DepthToSpace
// (b) x -> DepthToSpace -> Affine(mul, add)    ->  x -> Affine(mul', add') -> DepthToSpace
//
//   mul'[phase * C + c] = mul[c],  add' likewise
//
// What stood behind an up-sampled convolution stands right behind the collapsed one, whose epilogue
// can take it over.
//
// Conditions: the DepthToSpace has no other reader and is no graph output; in (b) the vectors are
// constants. Exact: no value changes. Cells that the DepthToSpace drops are computed for nothing.

#include "graph/passes/pass.hpp"
#include "graph/passes/support.hpp"

namespace caloquant {
namespace {

bool is_cell_wise(const Graph& graph, const Node& node) {
  return std::holds_alternative<Eltwise>(node.op) ||
         (std::holds_alternative<Affine>(node.op) && graph.constant(node, 1) != nullptr &&
          graph.constant(node, 2) != nullptr);
}

bool sink_below(GraphEditor& editor, NodeId id) {
  const Node node = editor.graph().node(id);
  const Node* before = editor.graph().producer(node.inputs[0]);
  if (before == nullptr || !std::holds_alternative<DepthToSpace>(before->op) ||
      !is_cell_wise(editor.graph(), node) || !read_once(editor.graph(), before->output)) {
    return false;
  }
  const Node move = *before;
  const NodeId move_id = id_of(editor.graph(), *before);
  const std::int64_t phases = element_count(std::get<DepthToSpace>(move.op).factors);
  std::vector<ValueId> inputs{move.inputs[0]};
  for (std::size_t i = 1; i < node.inputs.size(); ++i) {
    inputs.push_back(editor.add_constant(editor.graph().value(node.inputs[i]).name,
                                         tiled(*editor.graph().constant(node, i), phases)));
  }
  editor.replace_uses(node.output, move.output);
  editor.replace_node(id, node.op, std::move(inputs));
  editor.set_input(move_id, 0, node.output);
  return true;
}

}  // namespace

bool sink_depth_to_space(GraphEditor& editor) {
  bool changed = false;
  for (bool again = true; again;) {
    again = false;
    for (std::size_t i = 0; i < editor.graph().nodes().size(); ++i) {
      again |= sink_below(editor, static_cast<NodeId>(i));
    }
    changed |= again;
  }
  return changed;
}

}  // namespace caloquant
