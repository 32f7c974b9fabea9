#include "graph/ir/graph.hpp"

#include <algorithm>

namespace caloquant {

const Node* Graph::find(const std::string& name) const {
  const auto found = std::find_if(nodes_.begin(), nodes_.end(),
                                  [&](const Node& node) { return node.name == name; });
  return found == nodes_.end() ? nullptr : &*found;
}

const Node* Graph::producer(ValueId id) const {
  const auto found = std::find_if(nodes_.begin(), nodes_.end(),
                                  [&](const Node& node) { return node.output == id; });
  return found == nodes_.end() ? nullptr : &*found;
}

std::vector<NodeId> Graph::consumers(ValueId id) const {
  std::vector<NodeId> found;
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    const auto& inputs = nodes_[i].inputs;
    if (std::find(inputs.begin(), inputs.end(), id) != inputs.end()) {
      found.push_back(static_cast<NodeId>(i));
    }
  }
  return found;
}

bool Graph::is_output(ValueId id) const {
  return std::any_of(outputs_.begin(), outputs_.end(),
                     [&](const GraphOutput& output) { return output.value == id; });
}

const Tensor* Graph::constant(const Node& node, std::size_t index) const {
  return index < node.inputs.size() ? value(node.inputs[index]).constant.get() : nullptr;
}

std::vector<Shape> Graph::input_shapes(const Node& node) const {
  std::vector<Shape> shapes;
  for (const ValueId id : node.inputs) {
    shapes.push_back(value(id).shape);
  }
  return shapes;
}

std::int64_t Graph::parameter_count() const {
  std::int64_t count = 0;
  for (const Value& value : values_) {
    count += value.constant ? value.constant->size() : 0;
  }
  return count;
}

}  // namespace caloquant
