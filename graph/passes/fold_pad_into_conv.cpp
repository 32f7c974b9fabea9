// Before:  x -> Pad(spatial) -> Conv(pads)      After:  x -> Conv(pads + padding)
//
// Conditions: the Pad touches spatial axes only. Other readers of the Pad keep it. Exact: both pad
// with real 0, which a quantized convolution represents by its zero point.

#include <algorithm>

#include "graph/passes/pass.hpp"

namespace caloquant {
namespace {

bool pads_space_only(const Pad& pad) {
  return pad.begin.size() >= 3 && pad.begin[0] == 0 && pad.begin[1] == 0 && pad.end[0] == 0 &&
         pad.end[1] == 0;
}

}  // namespace

bool fold_pad_into_conv(GraphEditor& editor) {
  bool changed = false;
  for (std::size_t i = 0; i < editor.graph().nodes().size(); ++i) {
    const auto id = static_cast<NodeId>(i);
    const Node node = editor.graph().node(id);
    if (!std::holds_alternative<Conv>(node.op)) {
      continue;
    }
    const Node* before = editor.graph().producer(node.inputs[0]);
    if (before == nullptr || !std::holds_alternative<Pad>(before->op) ||
        !pads_space_only(std::get<Pad>(before->op))) {
      continue;
    }
    const Pad pad = std::get<Pad>(before->op);
    const ValueId src = before->inputs[0];
    Conv conv = std::get<Conv>(node.op);
    for (std::size_t axis = 0; axis < conv.pads_begin.size(); ++axis) {
      conv.pads_begin[axis] += pad.begin[axis + 2];
      conv.pads_end[axis] += pad.end[axis + 2];
    }
    editor.set_op(id, conv);
    editor.set_input(id, 0, src);
    changed = true;
    --i;  // a second Pad may stand in front of the first
  }
  return changed;
}

}  // namespace caloquant
