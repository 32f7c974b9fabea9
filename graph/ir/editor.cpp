#include "graph/ir/editor.hpp"

#include <algorithm>
#include <caloquant/error.hpp>
#include <set>
#include <utility>

#include "ops/schema/infer_shape.hpp"

namespace caloquant {
namespace {

std::size_t index_of(ValueId id) {
  return static_cast<std::size_t>(id);
}

std::string place_of(const std::string& node) {
  return "layer '" + node + "'";
}

}  // namespace

GraphEditor::GraphEditor(std::string name) {
  graph_.name_ = std::move(name);
}
GraphEditor::GraphEditor(Graph graph) : graph_(std::move(graph)) {}

ValueId GraphEditor::add_input(std::string name, Shape shape) {
  const auto id = static_cast<ValueId>(graph_.values_.size());
  graph_.values_.push_back({std::move(name), DType::f32, std::move(shape), nullptr});
  graph_.inputs_.push_back(id);
  return id;
}

ValueId GraphEditor::add_constant(std::string name, Tensor tensor) {
  return add_constant(std::move(name), std::make_shared<const Tensor>(std::move(tensor)));
}

ValueId GraphEditor::add_constant(std::string name, std::shared_ptr<const Tensor> tensor) {
  CALOQUANT_EXPECT(tensor != nullptr);
  const auto id = static_cast<ValueId>(graph_.values_.size());
  const DType dtype = tensor->dtype();
  Shape shape = tensor->shape();
  graph_.values_.push_back({std::move(name), dtype, std::move(shape), std::move(tensor)});
  return id;
}

ValueId GraphEditor::add_node(std::string name, Op op, std::vector<ValueId> inputs) {
  if (graph_.find(name) != nullptr) {
    throw ModelError(place_of(name), "the name is used twice");
  }
  Node node{
      name, std::move(op), std::move(inputs), static_cast<ValueId>(graph_.values_.size()), {}};
  Shape shape = infer_shape(node.op, graph_.input_shapes(node), place_of(name));
  graph_.values_.push_back({std::move(name), DType::f32, std::move(shape), nullptr});
  graph_.nodes_.push_back(std::move(node));
  return graph_.nodes_.back().output;
}

void GraphEditor::add_output(std::string name, ValueId value) {
  graph_.outputs_.push_back({std::move(name), value});
}

void GraphEditor::clear_outputs() {
  graph_.outputs_.clear();
}

void GraphEditor::set_output_units(EnergyUnits units) {
  graph_.units_ = units;
}

std::string GraphEditor::unique_name(const std::string& wish) const {
  std::string name = wish;
  for (int suffix = 2; graph_.find(name) != nullptr || reserved_.count(name) > 0; ++suffix) {
    name = wish + "_" + std::to_string(suffix);
  }
  return name;
}

std::string GraphEditor::own_name(const std::string& wish) const {
  return graph_.find(wish) == nullptr ? wish : unique_name(wish);
}

void GraphEditor::replace_uses(ValueId from, ValueId to) {
  for (Node& node : graph_.nodes_) {
    std::replace(node.inputs.begin(), node.inputs.end(), from, to);
  }
  for (GraphOutput& output : graph_.outputs_) {
    if (output.value == from) {
      output.value = to;
    }
  }
}

void GraphEditor::set_op(NodeId node, Op op) {
  graph_.nodes_.at(static_cast<std::size_t>(node)).op = std::move(op);
}

void GraphEditor::replace_node(NodeId node, Op op, std::vector<ValueId> inputs) {
  set_op(node, std::move(op));
  set_inputs(node, std::move(inputs));
  const Node& replaced = graph_.node(node);
  graph_.values_[index_of(replaced.output)].shape =
      infer_shape(replaced.op, graph_.input_shapes(replaced), place_of(replaced.name));
}

void GraphEditor::set_input(NodeId node, std::size_t index, ValueId value) {
  graph_.nodes_.at(static_cast<std::size_t>(node)).inputs.at(index) = value;
}

void GraphEditor::set_inputs(NodeId node, std::vector<ValueId> inputs) {
  graph_.nodes_.at(static_cast<std::size_t>(node)).inputs = std::move(inputs);
}

void GraphEditor::set_quant(NodeId node, LayerQuant quant, std::shared_ptr<const Tensor> weights) {
  const std::string name = graph_.node(node).name;
  const ValueId constant = add_constant(name + "/weights_s8", std::move(weights));
  set_input(node, 1, constant);
  graph_.nodes_.at(static_cast<std::size_t>(node)).quant = std::move(quant);
}

void GraphEditor::sort_topologically() {
  std::vector<bool> ready(graph_.values_.size(), true);
  for (const Node& node : graph_.nodes_) {
    ready[index_of(node.output)] = false;
  }
  std::vector<Node> sorted;
  std::vector<Node> waiting = std::move(graph_.nodes_);
  while (!waiting.empty()) {
    const std::size_t before = waiting.size();
    std::vector<Node> later;
    for (Node& node : waiting) {
      const bool runs = std::all_of(node.inputs.begin(), node.inputs.end(),
                                    [&](ValueId id) { return ready[index_of(id)]; });
      if (runs) {
        ready[index_of(node.output)] = true;
      }
      (runs ? sorted : later).push_back(std::move(node));
    }
    if (later.size() == before) {
      throw ModelError(place_of(later.front().name), "is part of a cycle");
    }
    waiting = std::move(later);
  }
  graph_.nodes_ = std::move(sorted);
}

void GraphEditor::drop_unused() {
  std::vector<bool> needed(graph_.values_.size(), false);
  for (const GraphOutput& output : graph_.outputs_) {
    needed[index_of(output.value)] = true;
  }
  for (auto node = graph_.nodes_.rbegin(); node != graph_.nodes_.rend(); ++node) {
    if (needed[index_of(node->output)]) {
      for (const ValueId id : node->inputs) {
        needed[index_of(id)] = true;
      }
    }
  }
  for (const ValueId id : graph_.inputs_) {
    needed[index_of(id)] = true;  // an input is part of the interface even if unused
  }
  std::erase_if(graph_.nodes_, [&](const Node& node) { return !needed[index_of(node.output)]; });

  std::vector<ValueId> renamed(graph_.values_.size());
  std::vector<Value> values;
  for (std::size_t i = 0; i < graph_.values_.size(); ++i) {
    if (needed[i]) {
      renamed[i] = static_cast<ValueId>(values.size());
      values.push_back(std::move(graph_.values_[i]));
    }
  }
  const auto rename = [&](ValueId& id) { id = renamed[index_of(id)]; };
  graph_.values_ = std::move(values);
  for (Node& node : graph_.nodes_) {
    rename(node.output);
    std::for_each(node.inputs.begin(), node.inputs.end(), rename);
  }
  std::for_each(graph_.inputs_.begin(), graph_.inputs_.end(), rename);
  for (GraphOutput& output : graph_.outputs_) {
    rename(output.value);
  }
}

Graph GraphEditor::finish() {
  sort_topologically();
  drop_unused();
  for (const Node& node : graph_.nodes_) {
    graph_.values_[index_of(node.output)].shape =
        infer_shape(node.op, graph_.input_shapes(node), place_of(node.name));
  }
  verify(graph_);
  return std::exchange(graph_, Graph{});
}

}  // namespace caloquant
