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

std::string step(Export& out, const char* op, const std::string& wish,
                 const std::vector<std::string>& inputs) {
  std::string name = out.unique(wish);
  out.node(op, name, inputs, name);
  return name;
}

/// x / 2 * (1 + erf(x / sqrt(2))): Gelu itself came with opset 20.
void export_gelu(Export& out, const Node& node, const std::string& src, const std::string& dst) {
  const auto part = [&](const char* op, const char* suffix, const std::vector<std::string>& in) {
    return step(out, op, node.name + suffix, in);
  };
  const float root = static_cast<float>(std::sqrt(2.0));
  const std::string scaled = part("Div", "/scaled", {src, scalar(out, node, "/root_2", root)});
  const std::string erf = part("Erf", "/erf", {scaled});
  const std::string sum = part("Add", "/sum", {erf, scalar(out, node, "/one", 1.0F)});
  const std::string half = part("Mul", "/half", {src, scalar(out, node, "/0.5", 0.5F)});
  out.node("Mul", node.name, {half, sum}, dst);
}

/// A bound that is infinite is no input.
void export_clip(Export& out, const Node& node, const Eltwise& clip, const std::string& src,
                 const std::string& dst) {
  std::vector<std::string> inputs{src};
  if (std::isfinite(clip.alpha)) {
    inputs.push_back(scalar(out, node, "/min", clip.alpha));
  }
  if (std::isfinite(clip.beta)) {
    inputs.resize(2);
    inputs.push_back(scalar(out, node, "/max", clip.beta));
  }
  out.node("Clip", node.name, inputs, dst);
}

/// ThresholdedRelu, plus beta * min(x - alpha, 0) where there is a slope.
void export_threshold(Export& out, const Node& node, const Eltwise& function,
                      const std::string& src, const std::string& dst) {
  const bool sloped = function.beta != 0.0F;
  const std::string kept = sloped ? out.unique(node.name + "/kept") : dst;
  out.node("ThresholdedRelu", sloped ? kept : node.name, {src}, kept)
      .attributes.push_back(number_attribute("alpha", static_cast<double>(function.alpha)));
  if (sloped) {
    const std::string shifted = step(out, "Sub", node.name + "/shifted",
                                     {src, scalar(out, node, "/threshold", function.alpha)});
    const std::string below =
        step(out, "Min", node.name + "/below", {shifted, scalar(out, node, "/zero", 0.0F)});
    const std::string scaled = step(out, "Mul", node.name + "/scaled",
                                    {below, scalar(out, node, "/slope", function.beta)});
    out.node("Add", node.name, {kept, scaled}, dst);
  }
}

void export_extremum(Export& out, const Node& node, const Extremum& extremum,
                     const std::string& dst) {
  std::vector<std::string> inputs;
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    const bool vector = i > 0 && out.graph().constant(node, i) != nullptr;
    inputs.push_back(vector ? channel_vector(out, node, i, "/bounds") : out.name(node.inputs[i]));
  }
  out.node(extremum.kind == ExtremumKind::maximum ? "Max" : "Min", node.name, inputs, dst);
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
      return plain("Relu");
    case EltwiseKind::clip:
      return export_clip(out, node, eltwise, src, dst);
    case EltwiseKind::threshold:
      return export_threshold(out, node, eltwise, src, dst);
    case EltwiseKind::leaky_relu:
      return with_alpha("LeakyRelu");
    case EltwiseKind::elu:
      return with_alpha("Elu");
    case EltwiseKind::selu:
      return plain("Selu");
    case EltwiseKind::sigmoid:
      return plain("Sigmoid");
    case EltwiseKind::hard_sigmoid:
      out.node("HardSigmoid", node.name, {src}, dst).attributes = {
          number_attribute("alpha", static_cast<double>(eltwise.alpha)),
          number_attribute("beta", static_cast<double>(eltwise.beta))};
      return;
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
  } else if (const auto* extremum = std::get_if<Extremum>(&node.op)) {
    export_extremum(out, node, *extremum, dst);
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
