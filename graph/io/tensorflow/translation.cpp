#include "graph/io/tensorflow/translation.hpp"

#include <algorithm>
#include <caloquant/error.hpp>
#include <numeric>

#include "graph/io/onnx/attributes.hpp"
#include "graph/io/onnx/topology.hpp"
#include "graph/io/tensorflow/element_types.hpp"
#include "graph/io/tensorflow/operator_table.hpp"

namespace caloquant::tensorflow {
namespace {

constexpr std::int64_t opset = 13;

std::string place_of(const FlatProgram& program, const Node& node) {
  return program.file.string() + ": node '" + onnx::printable(node.name) + "' (TensorFlow " +
         onnx::printable(node.op) + ")";
}

/// [N, ..., C] to [N, C, ...] and back.
std::vector<std::int64_t> to_first(int rank) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(rank));
  std::iota(order.begin(), order.end(), 0);
  std::rotate(order.begin() + 1, order.end() - 1, order.end());
  return order;
}
std::vector<std::int64_t> to_last(int rank) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(rank));
  std::iota(order.begin(), order.end(), 0);
  std::rotate(order.begin() + 1, order.begin() + 2, order.end());
  return order;
}

std::string unique(std::map<std::string, std::size_t>& names, const std::string& wish) {
  std::string name = wish;
  while (!names.emplace(name, 1).second) {
    name = wish + "_" + std::to_string(++names[wish]);
  }
  return name;
}

}  // namespace

std::int64_t moved_axis(std::int64_t axis, int rank) {
  const std::int64_t at = axis < 0 ? axis + rank : axis;
  return at == 0 ? 0 : at == rank - 1 ? 1 : at + 1;
}

Value like(Value value, const Value& src) {
  value.rank = src.rank;
  value.channels_first = src.channels_first;
  return value;
}

Translation::Translation(const FlatProgram& program, const Variables* variables)
    : program_(program), variables_(variables) {
  model_.file = program.file;
  model_.opset = opset;
  model_.ir_version = 7;
  model_.name = "tensorflow";
  for (const Node& node : program.nodes) {
    nodes_[node.name] = &node;
    for (const std::string& input : node.inputs) {
      ++readers_[input];
    }
  }
  for (const Endpoint& output : program.outputs) {
    ++readers_[output.tensor];
  }
}

onnx::Model Translation::run() {
  add_inputs();
  for (const Node& node : program_.nodes) {
    if (values_.count(node.name) == 0) {
      translate(node);
    }
  }
  add_outputs();
  onnx::sort_nodes(model_);
  return std::move(model_);
}

void Translation::add_inputs() {
  for (const Endpoint& input : program_.inputs) {
    const std::string name = parse_tensor_name(input.tensor).node;
    const auto node = std::ranges::find(program_.nodes, name, &Node::name);
    if (node == program_.nodes.end()) {
      continue;  // nothing needs it
    }
    check_attributes(*node, place_of(program_, *node));
    const Attr* shape = node->find("shape", AttrKind::shape);
    if (shape == nullptr || !shape->known_rank) {
      fail(*node, "is an input of unknown shape", "save the model with the shapes of its inputs");
    }
    onnx::ValueInfo info;
    info.name = value_name(input.name);
    if (info.name != input.name) {
      fail(*node, "is an input called '" + onnx::printable(input.name) + "', as another is");
    }
    info.type = element_type_of(node->integer("dtype", 0));
    info.has_shape = true;
    for (const std::int64_t extent : shape->integers) {
      info.dims.push_back(extent < 0 ? dynamic : extent);
    }
    Value value;
    value.name = info.name;
    value.rank = static_cast<int>(info.dims.size());
    values_[name] = {std::move(value)};
    model_.inputs.push_back(std::move(info));
  }
  for (const Endpoint& output : program_.outputs) {
    value_names_.emplace(output.name, 1);  // nothing else gets the name
  }
}

void Translation::add_outputs() {
  for (const Endpoint& output : program_.outputs) {
    const TensorName tensor = parse_tensor_name(output.tensor);
    const std::vector<Value>& values = values_.at(tensor.node);
    if (tensor.index >= values.size()) {
      throw ModelError(program_.file.string() + ": output '" + onnx::printable(output.name) + "'",
                       "is output " + std::to_string(tensor.index) + " of a node that has fewer");
    }
    add_output(output, plain(values[tensor.index]));
  }
}

/// Under the name that the signature gives it.
void Translation::add_output(const Endpoint& output, const Value& value) {
  const auto has_name = [&](const onnx::ValueInfo& info) { return info.name == output.name; };
  const bool is_input = std::ranges::any_of(model_.inputs, has_name);
  if (std::ranges::any_of(model_.outputs, has_name) || (is_input && value.name != output.name)) {
    throw ModelError(program_.file.string() + ": output '" + onnx::printable(output.name) + "'",
                     "is called like another output or input",
                     "save the model with other names in its signature");
  }
  onnx::ValueInfo info;
  info.name = output.name;
  info.type = onnx::ElementType::f32;
  if (!is_input) {
    (void)add("Identity", output.name, {value.name});
    model_.nodes.back().outputs = {output.name};
  }
  model_.outputs.push_back(std::move(info));
}

void Translation::translate(const Node& node) {
  const OperatorEntry* entry = find_operator(node.op);
  if (entry == nullptr || entry->translate == nullptr) {
    fail(node, "has no translation", "`caloquant operators` lists those that have");
  }
  check_attributes(node, place_of(program_, node));
  values_[node.name] = entry->translate(*this, node);
}

void Translation::fail(const Node& node, const std::string& problem,
                       const std::string& remedy) const {
  throw ModelError(place_of(program_, node), problem, remedy);
}

void Translation::require(bool condition, const Node& node, const std::string& problem) const {
  if (!condition) {
    fail(node, problem);
  }
}

const Value& Translation::input(const Node& node, std::size_t index) const {
  require(index < node.inputs.size(), node, "has no input " + std::to_string(index));
  const TensorName tensor = parse_tensor_name(node.inputs[index]);
  const auto values = values_.find(tensor.node);
  if (values == values_.end() || tensor.index >= values->second.size()) {
    fail(node, "reads '" + onnx::printable(node.inputs[index]) + "', which nothing computes");
  }
  return values->second[tensor.index];
}

std::vector<std::int64_t> Translation::integers(const Node& node, std::size_t index) const {
  const Value& value = input(node, index);
  if (!value.constant || value.constant->type() != onnx::ElementType::s64) {
    fail(node, "input " + std::to_string(index) + " must be constant integers");
  }
  const auto numbers = value.constant->data<std::int64_t>();
  return {numbers.begin(), numbers.end()};
}

std::vector<std::int64_t> Translation::known_entries(const Value& list, std::size_t count) {
  std::vector<std::int64_t> entries = list.entries;
  if (list.constant && list.constant->type() == onnx::ElementType::s64) {
    const auto numbers = list.constant->data<std::int64_t>();
    entries.assign(numbers.begin(), numbers.end());
  }
  return entries.size() == count ? entries : std::vector<std::int64_t>(count, -1);
}

bool Translation::sole_reader(const Node& node, std::size_t index) const {
  std::string tensor = node.inputs[index];
  while (readers_.at(tensor) == 1) {
    const TensorName name = parse_tensor_name(tensor);
    const auto producer = nodes_.find(name.node);
    if (producer == nodes_.end() || name.index >= producer->second->inputs.size()) {
      return true;
    }
    const OperatorEntry* entry = find_operator(producer->second->op);
    if (entry == nullptr || entry->translate != translate_identity) {
      return true;
    }
    tensor = producer->second->inputs[name.index];
  }
  return false;
}

onnx::Array Translation::variable(const Node& node, const std::string& name) const {
  if (variables_ == nullptr) {
    fail(node, "reads a variable, but there is no checkpoint",
         "give the whole SavedModel, or freeze the graph");
  }
  return variables_->read(name);
}

Value Translation::plain(const Value& value) {
  if (!value.channels_first) {
    return value;
  }
  Value result = add("Transpose", value.name + "/to_channels_last", {value.name},
                     {onnx::integers_attribute("perm", to_last(value.rank))});
  result.rank = value.rank;
  return result;
}

Value Translation::with_leading_ones(const Node& node, const Value& value, int rank) {
  require(value.rank >= 0 && value.rank <= rank && !value.channels_first, node,
          "combines tensors whose ranks are not known");
  if (value.rank == rank) {
    return value;
  }
  std::vector<std::int64_t> axes(static_cast<std::size_t>(rank - value.rank));
  std::iota(axes.begin(), axes.end(), 0);
  Value result = add("Unsqueeze", value.name + "/with_leading_ones",
                     {value.name, list(value.name + "/leading_ones", axes)});
  result.rank = rank;
  return result;
}

Value Translation::first(const Node& node, const Value& value) {
  if (value.channels_first) {
    return value;
  }
  require(value.rank >= 3, node, "needs an input of known rank with a spatial axis");
  Value result = add("Transpose", value.name + "/to_channels_first", {value.name},
                     {onnx::integers_attribute("perm", to_first(value.rank))});
  result.rank = value.rank;
  result.channels_first = true;
  return result;
}

std::string Translation::value_name(const std::string& wish) {
  return unique(value_names_, wish);
}

std::string Translation::node_name(const std::string& wish) {
  return unique(node_names_, wish);
}

Value Translation::add(const std::string& op, const std::string& name,
                       const std::vector<std::string>& inputs,
                       std::vector<onnx::Attribute> attributes) {
  return add_outputs(op, name, inputs, std::move(attributes), 1).front();
}

std::vector<Value> Translation::add_outputs(const std::string& op, const std::string& name,
                                            const std::vector<std::string>& inputs,
                                            std::vector<onnx::Attribute> attributes,
                                            std::size_t outputs) {
  onnx::NodeDef node;
  node.op = op;
  node.name = node_name(name);
  node.inputs = inputs;
  node.attributes = std::move(attributes);
  node.index = model_.nodes.size();
  std::vector<Value> values(outputs);
  for (std::size_t i = 0; i < outputs; ++i) {
    values[i].name = value_name(outputs == 1 ? node.name : node.name + ":" + std::to_string(i));
    values[i].producer = static_cast<std::ptrdiff_t>(model_.nodes.size());
    node.outputs.push_back(values[i].name);
  }
  model_.nodes.push_back(std::move(node));
  return values;
}

Value Translation::constant(const std::string& name, onnx::Array array) {
  Value value;
  value.name = value_name(name);
  value.rank = static_cast<int>(array.rank());
  value.length = value.rank == 1 ? array.size() : -1;
  value.constant = std::make_shared<const onnx::Array>(std::move(array));
  model_.initializers.push_back({value.name, value.constant});
  return value;
}

std::string Translation::list(const std::string& name, const std::vector<std::int64_t>& values) {
  const auto size = static_cast<std::int64_t>(values.size());
  return constant(name, onnx::Array::of<std::int64_t>({size}, values)).name;
}

onnx::NodeDef* Translation::producer(const Value& value) {
  return value.producer < 0 ? nullptr : &model_.nodes[static_cast<std::size_t>(value.producer)];
}

std::string Translation::layer_name(const Node& node) {
  const std::size_t last = node.name.rfind('/');
  if (last == std::string::npos || last == 0) {
    return node.name;
  }
  const std::size_t before = node.name.rfind('/', last - 1);
  const std::size_t begin = before == std::string::npos ? 0 : before + 1;
  const std::string layer = node.name.substr(begin, last - begin);
  return layer.empty() || node_names_.count(layer) > 0 ? node.name : layer;
}

}  // namespace caloquant::tensorflow
