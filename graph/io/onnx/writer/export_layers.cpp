// Dense and Conv, with Q/DQ when they are quantized.

#include <caloquant/error.hpp>
#include <cmath>
#include <limits>

#include "graph/io/onnx/writer/export.hpp"
#include "ops/reference/reference.hpp"

namespace caloquant::onnx {
namespace {

Array zero_point_of(const QuantParams& params) {
  return params.dtype == DType::u8
             ? Array::of<std::uint8_t>({}, {static_cast<std::uint8_t>(params.zero_point)})
             : Array::of<std::int8_t>({}, {static_cast<std::int8_t>(params.zero_point)});
}

/// src through QuantizeLinear and DequantizeLinear.
std::string quantized_src(Export& out, const Node& node) {
  const QuantParams& params = node.quant->src;
  if (out.options().profile == OnnxProfile::tensorrt &&
      (params.dtype != DType::s8 || params.zero_point != 0)) {
    throw ModelError("layer '" + node.name + "'",
                     "has a src of " + std::string(name_of(params.dtype)) + " with zero point " +
                         std::to_string(params.zero_point) + "; TensorRT takes s8 with 0 only",
                     "quantize activations symmetrically");
  }
  const std::string src = out.name(node.inputs[0]);
  const std::string scale =
      out.constant(node.name + "/src_scale", Array::of<float>({}, {params.scale}));
  const std::string zero = out.constant(node.name + "/src_zero_point", zero_point_of(params));
  const std::string q = out.unique(node.name + "/src_quantized");
  const std::string x = out.unique(node.name + "/src");
  out.node("QuantizeLinear", q, {src, scale, zero}, q);
  out.node("DequantizeLinear", x, {q, scale, zero}, x);
  return x;
}

/// Scales as one number or one per output channel, with zero points of 0 in `type`.
template <typename T>
std::string dequantized(Export& out, const std::string& name, Array values,
                        const std::vector<float>& scales) {
  const bool one = scales.size() == 1;
  const Shape dims = one ? Shape{} : Shape{static_cast<std::int64_t>(scales.size())};
  const std::string q = out.constant(name + "_quantized", std::move(values));
  const std::string scale = out.constant(name + "_scale", Array::of<float>(dims, scales));
  const std::string zero =
      out.constant(name + "_zero_point", Array::of<T>(dims, std::vector<T>(scales.size(), T{0})));
  const std::string result = out.unique(name);
  NodeDef& node = out.node("DequantizeLinear", result, {q, scale, zero}, result);
  if (!one) {
    node.attributes.push_back(integer_attribute("axis", 0));
  }
  return result;
}

/// The bias as s32 in units of the sums, or f32 when a number does not fit.
std::string quantized_bias(Export& out, const Node& node, const Tensor& bias) {
  const LayerQuant& quant = *node.quant;
  std::vector<float> scales;
  std::vector<std::int32_t> values;
  for (std::size_t i = 0; i < static_cast<std::size_t>(bias.size()); ++i) {
    const float weight_scale = quant.weight_scales[quant.weight_scales.size() == 1 ? 0 : i];
    scales.push_back(quant.src.scale * weight_scale);
    const double steps = std::nearbyint(static_cast<double>(bias.data<float>()[i]) /
                                        static_cast<double>(scales.back()));
    if (!(std::fabs(steps) < 2147483648.0)) {
      return out.name(node.inputs[2]);
    }
    values.push_back(static_cast<std::int32_t>(steps));
  }
  return dequantized<std::int32_t>(out, node.name + "/bias_s32",
                                   Array::of<std::int32_t>({bias.size()}, values), scales);
}

struct Operands {
  std::string src;
  std::string weights;
  std::string bias;  ///< empty: none
};

Operands operands_of(Export& out, const Node& node) {
  const bool has_bias = node.inputs.size() > 2;
  if (!node.quant) {
    return {out.name(node.inputs[0]), out.name(node.inputs[1]),
            has_bias ? out.name(node.inputs[2]) : std::string()};
  }
  const Tensor& weights = *out.graph().constant(node, 1);
  Operands operands{quantized_src(out, node),
                    dequantized<std::int8_t>(out, node.name + "/weights_s8", array_of(weights),
                                             node.quant->weight_scales),
                    {}};
  if (has_bias) {
    const Tensor* bias = out.graph().constant(node, 2);
    const bool integers = out.options().profile == OnnxProfile::onnxruntime && bias != nullptr;
    operands.bias = integers ? quantized_bias(out, node, *bias) : out.name(node.inputs[2]);
  }
  return operands;
}

void export_conv(Export& out, const Node& node, const Conv& conv, const Operands& operands) {
  std::vector<std::string> inputs{operands.src, operands.weights};
  if (!operands.bias.empty()) {
    inputs.push_back(operands.bias);
  }
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
void export_dense(Export& out, const Node& node, const Operands& operands) {
  const std::string dst = out.name(node.output);
  if (out.graph().value(node.inputs[0]).shape.size() == 2) {
    std::vector<std::string> inputs{operands.src, operands.weights};
    if (!operands.bias.empty()) {
      inputs.push_back(operands.bias);
    }
    out.node("Gemm", node.name, inputs, dst).attributes.push_back(integer_attribute("transB", 1));
    return;
  }
  const std::string flipped = out.unique(node.name + "/weights_transposed");
  out.node("Transpose", flipped, {operands.weights}, flipped)
      .attributes.push_back(integers_attribute("perm", {1, 0}));
  const std::string product = operands.bias.empty() ? dst : out.unique(node.name + "/product");
  out.node("MatMul", node.name, {operands.src, flipped}, product);
  if (!operands.bias.empty()) {
    out.node("Add", out.unique(node.name + "/add"), {product, operands.bias}, dst);
  }
}

}  // namespace

void export_layer(Export& out, const Node& node) {
  const Operands operands = operands_of(out, node);
  if (const auto* conv = std::get_if<Conv>(&node.op)) {
    export_conv(out, node, *conv, operands);
  } else {
    export_dense(out, node, operands);
  }
}

}  // namespace caloquant::onnx
