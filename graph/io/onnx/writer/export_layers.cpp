// Dense and Conv.

#include "graph/io/onnx/writer/export.hpp"

namespace caloquant::onnx {
namespace {

std::vector<std::string> names_of(const LayerInputs& inputs) {
  std::vector<std::string> names{inputs.src, inputs.weights};
  if (!inputs.bias.empty()) {
    names.push_back(inputs.bias);
  }
  return names;
}

void export_conv(Export& out, const Node& node, const Conv& conv) {
  const LayerInputs inputs = export_layer_inputs(out, node, false);
  NodeDef& result = out.node("Conv", node.name, names_of(inputs), out.name(node.output));
  Shape pads = conv.pads_begin;
  pads.insert(pads.end(), conv.pads_end.begin(), conv.pads_end.end());
  const Shape& weights = out.graph().value(node.inputs[1]).shape;
  result.attributes = {
      integers_attribute("dilations", conv.dilations), integer_attribute("group", conv.groups),
      integers_attribute("kernel_shape", {weights.begin() + 2, weights.end()}),
      integers_attribute("pads", pads), integers_attribute("strides", conv.strides)};
}

/// Two axes: Gemm. More: MatMul with the transposed weights, then Add.
void export_dense(Export& out, const Node& node) {
  const bool matrix = out.graph().value(node.inputs[0]).shape.size() == 2;
  const LayerInputs inputs = export_layer_inputs(out, node, !matrix);
  const std::string dst = out.name(node.output);
  if (matrix) {
    out.node("Gemm", node.name, names_of(inputs), dst)
        .attributes.push_back(integer_attribute("transB", 1));
    return;
  }
  const std::string product = inputs.bias.empty() ? dst : out.unique(node.name + "/product");
  out.node("MatMul", node.name, {inputs.src, inputs.weights}, product);
  if (!inputs.bias.empty()) {
    out.node("Add", out.unique(node.name + "/add"), {product, inputs.bias}, dst);
  }
}

}  // namespace

void export_layer(Export& out, const Node& node) {
  if (const auto* conv = std::get_if<Conv>(&node.op)) {
    export_conv(out, node, *conv);
  } else {
    export_dense(out, node);
  }
}

}  // namespace caloquant::onnx
