// Before:  x -> Identity -> y      After:  x -> readers of y
//
// Applies to every Identity. Exact.

#include "graph/passes/pass.hpp"

namespace caloquant {

bool eliminate_identity(GraphEditor& editor) {
  bool changed = false;
  for (const Node& node : editor.graph().nodes()) {
    // The node stays behind unread and is dropped by finish(); only a live one counts as a change.
    const ValueId dst = node.output;
    if (std::holds_alternative<Identity>(node.op) &&
        (!editor.graph().consumers(dst).empty() || editor.graph().is_output(dst))) {
      editor.replace_uses(dst, node.inputs[0]);
      changed = true;
    }
  }
  return changed;
}

}  // namespace caloquant
