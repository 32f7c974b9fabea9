// Dense and Conv.

#include "graph/io/onnx/writer/export.hpp"

namespace caloquant::onnx {
namespace {

void export_conv(Export& out, const Node& node, const Conv& conv,
                 const std::vector<std::string>& inputs) {
  NodeDef& result = out.node("Conv", node.name, inputs, out.name(node.output));
  Shape pads = conv.pads_begin;
  pads.insert(pads.end(), conv.pads_end.begin(), conv.pads_end.end());
  const Shape& weights = out.graph().value(node.inputs[1]).shape;
  result.attributes = {
      integers_attribute("dilations", conv.dilations), integer_attribute("group", conv.groups),
      integers_attribute("kernel_shape", {weights.begin() + 2, weights.end()}),
      integers_attribute("pads", pads), integers_attribute("strides", conv.strides)};
}

/// Two axes: Gemm. More: MatMul with the transposed weights, then Add.
void export_dense(Export& out, const Node& node, const std::vector<std::string>& inputs) {
  const std::string dst = out.name(node.output);
  if (out.graph().value(node.inputs[0]).shape.size() == 2) {
    out.node("Gemm", node.name, inputs, dst).attributes.push_back(integer_attribute("transB", 1));
    return;
  }
  const std::string flipped = out.unique(node.name + "/weights_transposed");
  out.node("Transpose", flipped, {inputs[1]}, flipped)
      .attributes.push_back(integers_attribute("perm", {1, 0}));
  const bool has_bias = inputs.size() > 2;
  const std::string product = has_bias ? out.unique(node.name + "/product") : dst;
  out.node("MatMul", node.name, {inputs[0], flipped}, product);
  if (has_bias) {
    out.node("Add", out.unique(node.name + "/add"), {product, inputs[2]}, dst);
  }
}

}  // namespace

void export_layer(Export& out, const Node& node) {
  std::vector<std::string> inputs;
  for (const ValueId input : node.inputs) {
    inputs.push_back(out.name(input));
  }
  if (const auto* conv = std::get_if<Conv>(&node.op)) {
    export_conv(out, node, *conv, inputs);
  } else {
    export_dense(out, node, inputs);
  }
}

}  // namespace caloquant::onnx
