#include "graph/io/onnx/writer/export.hpp"

#include <caloquant/error.hpp>
#include <cstring>

#include "graph/io/onnx/proto/write_model.hpp"

namespace caloquant::onnx {
namespace {

constexpr std::int64_t opset = 13;
constexpr std::int64_t ir_version = 7;

Attribute attribute(const std::string& name, AttributeKind kind) {
  Attribute result;
  result.name = name;
  result.kind = kind;
  return result;
}

void export_node(Export& out, const Node& node) {
  if (node.quant) {
    throw ModelError("layer '" + node.name + "'", "is quantized; ONNX is written of fp32 models",
                     "give the model that it was quantized from");
  }
  if (is_quantizable(node.op)) {
    export_layer(out, node);
  } else if (only_moves_cells(node.op) || std::holds_alternative<Concat>(node.op) ||
             std::holds_alternative<Pool>(node.op)) {
    export_movement(out, node);
  } else {
    export_pointwise(out, node);
  }
}

}  // namespace

Attribute integer_attribute(const std::string& name, std::int64_t value) {
  Attribute result = attribute(name, AttributeKind::integer);
  result.integer = value;
  return result;
}

Attribute integers_attribute(const std::string& name, const Shape& values) {
  Attribute result = attribute(name, AttributeKind::integers);
  result.integers = values;
  return result;
}

Attribute number_attribute(const std::string& name, double value) {
  Attribute result = attribute(name, AttributeKind::number);
  result.number = static_cast<float>(value);
  return result;
}

Attribute text_attribute(const std::string& name, const std::string& value) {
  Attribute result = attribute(name, AttributeKind::text);
  result.text = value;
  return result;
}

Array array_of(const Tensor& tensor) {
  CALOQUANT_EXPECT(tensor.dtype() == DType::f32);
  Array array(ElementType::f32, tensor.shape());
  if (tensor.bytes() > 0) {
    std::memcpy(array.bytes().data(), tensor.raw(), tensor.bytes());
  }
  return array;
}

Export::Export(const Graph& graph) : graph_(graph) {
  model_.ir_version = ir_version;
  model_.opset = opset;
  model_.name = graph.name();
  for (const ValueId id : graph.inputs()) {
    const Value& value = graph.value(id);
    values_[id] = unique(value.name);
    model_.inputs.push_back({values_[id], ElementType::f32, true, value.shape});
  }
  for (const GraphOutput& output : graph.outputs()) {
    const std::string name = unique(output.name);
    model_.outputs.push_back({name, ElementType::f32, true, graph.value(output.value).shape});
    if (graph.producer(output.value) != nullptr && values_.count(output.value) == 0) {
      values_[output.value] = name;
    }
  }
}

std::string Export::unique(const std::string& wish) {
  std::string name = wish;
  for (int suffix = 2; !names_.insert(name).second; ++suffix) {
    name = wish + "_" + std::to_string(suffix);
  }
  return name;
}

std::string Export::name(ValueId id) {
  const auto known = values_.find(id);
  if (known != values_.end()) {
    return known->second;
  }
  const Value& value = graph_.value(id);
  values_[id] =
      value.constant ? constant(value.name, array_of(*value.constant)) : unique(value.name);
  return values_[id];
}

std::string Export::constant(const std::string& wish, Array array) {
  std::string name = unique(wish);
  model_.initializers.push_back({name, std::make_shared<const Array>(std::move(array))});
  return name;
}

std::string Export::numbers(const std::string& wish, const std::vector<float>& values) {
  return constant(wish, Array::of<float>({static_cast<std::int64_t>(values.size())}, values));
}

std::string Export::list(const std::string& wish, const std::vector<std::int64_t>& values) {
  return constant(wish,
                  Array::of<std::int64_t>({static_cast<std::int64_t>(values.size())}, values));
}

NodeDef& Export::node(const std::string& op, const std::string& name,
                      const std::vector<std::string>& inputs, const std::string& output) {
  NodeDef node;
  node.op = op;
  node.name = name;
  node.inputs = inputs;
  node.outputs = {output};
  node.index = model_.nodes.size();
  model_.nodes.push_back(std::move(node));
  return model_.nodes.back();
}

Model Export::finish() {
  for (const Node& node : graph_.nodes()) {
    export_node(*this, node);
  }
  for (std::size_t i = 0; i < graph_.outputs().size(); ++i) {
    const std::string from = name(graph_.outputs()[i].value);
    const std::string to = model_.outputs[i].name;
    if (from != to) {  // an input, or a second output of one value
      node("Identity", unique(to + "/identity"), {from}, to);
    }
  }
  return std::move(model_);
}

Model export_graph(const Graph& graph) {
  return Export(graph).finish();
}

}  // namespace caloquant::onnx

namespace caloquant {

void write_onnx(const Graph& graph, const std::filesystem::path& file) {
  onnx::write_model(onnx::export_graph(graph), file);
}

}  // namespace caloquant
