#include "graph/io/tensorflow/restore_keys.hpp"

#include <algorithm>

#include "graph/io/tensorflow/inline_functions.hpp"

namespace caloquant::tensorflow {
namespace {

using Nodes = std::map<std::string, const Node*>;

Nodes by_name(const std::vector<Node>& nodes) {
  Nodes result;
  for (const Node& node : nodes) {
    result[node.name] = &node;
  }
  return result;
}

const Node* node_of(const Nodes& nodes, const std::string& input) {
  const auto found = nodes.find(input.substr(0, input.find(':')));
  return found == nodes.end() ? nullptr : found->second;
}

/// Number of the restored tensor that reaches an input through Identity nodes, or -1.
std::int64_t restored_tensor(const Nodes& nodes, std::string input) {
  for (int step = 0; step < 4; ++step) {
    const Node* node = node_of(nodes, input);
    if (node == nullptr || node->inputs.empty()) {
      return -1;
    }
    if (node->op == "RestoreV2") {
      return static_cast<std::int64_t>(parse_tensor_name(input).index);
    }
    if (node->op != "Identity") {
      return -1;
    }
    input = node->inputs.front();
  }
  return -1;
}

/// argument -> key, of a function that restores.
std::map<std::string, std::string> keys_of(const Function& function) {
  std::map<std::string, std::string> keys;
  const auto restore = std::ranges::find(function.nodes, "RestoreV2", &Node::op);
  if (restore == function.nodes.end() || restore->inputs.size() < 2) {
    return keys;
  }
  const Nodes nodes = by_name(function.nodes);
  const Node* list = node_of(nodes, restore->inputs[1]);
  const Attr* names = list == nullptr ? nullptr : list->find("value", AttrKind::texts);
  if (names == nullptr) {
    return keys;
  }
  for (const Node& node : function.nodes) {
    if (node.op != "AssignVariableOp" || node.inputs.size() < 2) {
      continue;
    }
    const std::int64_t tensor = restored_tensor(nodes, node.inputs[1]);
    if (tensor >= 0 && tensor < static_cast<std::int64_t>(names->texts.size())) {
      keys[node.inputs[0]] = names->texts[static_cast<std::size_t>(tensor)];
    }
  }
  return keys;
}

}  // namespace

std::map<std::string, std::string> restore_keys(const Program& program) {
  std::map<std::string, std::string> keys;
  const Nodes nodes = by_name(program.nodes);
  for (const Node& call : program.nodes) {
    const Attr* callee = call.find("f", AttrKind::function);
    const auto function =
        callee == nullptr ? program.functions.end() : program.functions.find(callee->text);
    if (function == program.functions.end()) {
      continue;
    }
    const auto& arguments = function->second.arguments;
    for (const auto& [argument, key] : keys_of(function->second)) {
      const auto at = std::ranges::find(arguments, argument) - arguments.begin();
      const auto position = static_cast<std::size_t>(at);
      const Node* handle =
          position < call.inputs.size() ? node_of(nodes, call.inputs[position]) : nullptr;
      if (handle != nullptr && handle->op == "VarHandleOp") {
        const std::string shared = handle->text("shared_name", "");
        keys[shared.empty() ? handle->name : shared] = key;
      }
    }
  }
  return keys;
}

}  // namespace caloquant::tensorflow
