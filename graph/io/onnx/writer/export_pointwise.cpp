// Activation functions, BatchNorm, Affine, Softmax, Add.

#include <cmath>

#include "graph/io/onnx/writer/export.hpp"
#include "ops/core/check.hpp"

namespace caloquant::onnx {
namespace {

/// [C] as [C, 1, ...] that broadcasts over the axes behind the channels.
std::string channel_vector(Export& out, const Node& node, std::size_t index, const char* suffix) {
  const Tensor& vector = *out.graph().constant(node, index);
  Shape dims(out.graph().value(node.inputs[0]).shape.size() - 1, 1);
  dims.front() = vector.size();
  return out.constant(node.name + suffix, array_of(vector).reshaped(dims));
}

void export_affine(Export& out, const Node& node, const std::string& src, const std::string& dst) {
  const std::string product = out.unique(node.name + "/product");
  out.node("Mul", product, {src, channel_vector(out, node, 1, "/mul")}, product);
  out.node("Add", node.name, {product, channel_vector(out, node, 2, "/add")}, dst);
}

std::string scalar(Export& out, const Node& node, const char* suffix, float value) {
  return out.constant(node.name + suffix, Array::of<float>({}, {value}));
}

/// x / 2 * (1 + erf(x / sqrt(2))): Gelu itself came with opset 20.
void export_gelu(Export& out, const Node& node, const std::string& src, const std::string& dst) {
  const auto step = [&](const char* op, const char* suffix, const std::vector<std::string>& in) {
    std::string name = out.unique(node.name + suffix);
    out.node(op, name, in, name);
    return name;
  };
  const float root = static_cast<float>(std::sqrt(2.0));
  const std::string scaled = step("Div", "/scaled", {src, scalar(out, node, "/root_2", root)});
  const std::string erf = step("Erf", "/erf", {scaled});
  const std::string sum = step("Add", "/sum", {erf, scalar(out, node, "/one", 1.0F)});
  const std::string half = step("Mul", "/half", {src, scalar(out, node, "/0.5", 0.5F)});
  out.node("Mul", node.name, {half, sum}, dst);
}

void export_eltwise(Export& out, const Node& node, const Eltwise& eltwise, const std::string& src,
                    const std::string& dst) {
  const auto plain = [&](const char* op) { out.node(op, node.name, {src}, dst); };
  const auto with_alpha = [&](const char* op) {
    out.node(op, node.name, {src}, dst)
        .attributes.push_back(number_attribute("alpha", static_cast<double>(eltwise.alpha)));
  };
  switch (eltwise.kind) {
    case EltwiseKind::relu:
      if (eltwise.alpha > 0.0F) {
        out.node("Clip", node.name,
                 {src, scalar(out, node, "/min", 0.0F), scalar(out, node, "/max", eltwise.alpha)},
                 dst);
        return;
      }
      return plain("Relu");
    case EltwiseKind::leaky_relu:
      return with_alpha("LeakyRelu");
    case EltwiseKind::elu:
      return with_alpha("Elu");
    case EltwiseKind::selu:
      return plain("Selu");
    case EltwiseKind::sigmoid:
      return plain("Sigmoid");
    case EltwiseKind::hard_sigmoid:
      return plain("HardSigmoid");
    case EltwiseKind::tanh:
      return plain("Tanh");
    case EltwiseKind::softplus:
      return plain("Softplus");
    case EltwiseKind::softsign:
      return plain("Softsign");
    case EltwiseKind::exp:
      return plain("Exp");
    case EltwiseKind::swish: {
      const std::string gate = out.unique(node.name + "/gate");
      out.node("Sigmoid", gate, {src}, gate);
      out.node("Mul", node.name, {src, gate}, dst);
      return;
    }
    case EltwiseKind::gelu:
      return export_gelu(out, node, src, dst);
  }
}

}  // namespace

void export_pointwise(Export& out, const Node& node) {
  std::vector<std::string> inputs;
  const std::string src = out.name(node.inputs[0]);
  const std::string dst = out.name(node.output);
  if (const auto* eltwise = std::get_if<Eltwise>(&node.op)) {
    export_eltwise(out, node, *eltwise, src, dst);
  } else if (std::holds_alternative<Affine>(node.op)) {
    export_affine(out, node, src, dst);
  } else if (const auto* softmax = std::get_if<Softmax>(&node.op)) {
    out.node("Softmax", node.name, {src}, dst)
        .attributes.push_back(integer_attribute("axis", softmax->axis));
  } else {
    for (const ValueId input : node.inputs) {
      inputs.push_back(out.name(input));
    }
    const auto* norm = std::get_if<BatchNorm>(&node.op);
    CALOQUANT_EXPECT(norm != nullptr || std::holds_alternative<Add>(node.op));
    NodeDef& result =
        out.node(norm != nullptr ? "BatchNormalization" : "Sum", node.name, inputs, dst);
    if (norm != nullptr) {
      result.attributes.push_back(number_attribute("epsilon", norm->epsilon));
    }
  }
}

}  // namespace caloquant::onnx
