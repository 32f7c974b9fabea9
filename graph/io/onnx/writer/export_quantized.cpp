// Src, weights and bias of a layer below fp32: Q and DQ, s8 initializers, bf16 by way of Cast.

#include <algorithm>
#include <cmath>
#include <sstream>

#include "graph/io/onnx/writer/export.hpp"
#include "graph/ir/editor.hpp"
#include "ops/core/qmath.hpp"
#include "ops/core/weight_scales.hpp"

namespace caloquant::onnx {
namespace {

/// The parameters as the profile can have them, with a note where they differ.
QuantParams carried_params(Export& out, const Node& node) {
  const QuantParams& params = node.quant->src;
  const bool asymmetric = params.dtype == DType::u8 || params.zero_point != 0;
  if (!asymmetric || carries_zero_points(out.profile())) {
    return params;
  }
  const QRange range = range_of(params);
  const QuantParams carried =
      symmetric_s8(dequantize(range.low, params), dequantize(range.high, params));
  std::ostringstream text;
  text << "src is s8 with scale " << carried.scale << " in place of " << name_of(params.dtype)
       << " with scale " << params.scale << " and zero point " << params.zero_point
       << "; quantize with activation_rule symmetric to have it so from the start";
  out.note(node.name, text.str());
  return carried;
}

Array zero_point_of(const QuantParams& params) {
  switch (params.dtype) {
    case DType::u8:
      return Array::of<std::uint8_t>({}, {static_cast<std::uint8_t>(params.zero_point)});
    case DType::s8:
      return Array::of<std::int8_t>({}, {static_cast<std::int8_t>(params.zero_point)});
    case DType::s16:
      return Array::of<std::int16_t>({}, {static_cast<std::int16_t>(params.zero_point)});
    case DType::f32:
    case DType::f64:
    case DType::s32:
    case DType::s64:
    case DType::bf16:
      break;
  }
  CALOQUANT_EXPECT(false && "not an integer code");
  return {};
}

std::string scalar(Export& out, const std::string& wish, float value) {
  return out.constant(wish, Array::of<float>({}, {value}));
}

std::string step(Export& out, const std::string& op, const std::string& wish,
                 const std::vector<std::string>& inputs, std::vector<Attribute> attributes = {}) {
  std::string name = out.unique(wish);
  out.node(op, name, inputs, name).attributes = std::move(attributes);
  return name;
}

std::string cast(Export& out, const std::string& wish, const std::string& src, ElementType type) {
  return step(out, "Cast", wish, {src}, {integer_attribute("to", static_cast<std::int64_t>(type))});
}

/// Largest |q| before saturation where that is less than the type has: a Clip in front of Q.
std::string clipped(Export& out, const Node& node, const std::string& src,
                    const QuantParams& params) {
  if (params.dtype != DType::s16 || params.limit == 32767) {
    return src;
  }
  const float most = params.scale * static_cast<float>(params.limit);
  return step(
      out, "Clip", node.name + "/src_clipped",
      {src, scalar(out, node.name + "/src_min", -most), scalar(out, node.name + "/src_max", most)});
}

std::string export_src(Export& out, const Node& node) {
  std::string src = out.name(node.inputs[0]);
  const DType dtype = node.quant->src.dtype;
  if (dtype == DType::f32) {
    return src;
  }
  if (dtype == DType::bf16) {
    const std::string rounded = cast(out, node.name + "/src_bf16", src, ElementType::bf16);
    return cast(out, node.name + "/src_f32", rounded, ElementType::f32);
  }
  const QuantParams params = carried_params(out, node);
  const std::string scale = scalar(out, node.name + "/src_scale", params.scale);
  const std::string zero = out.constant(node.name + "/src_zero_point", zero_point_of(params));
  const std::string q = step(out, "QuantizeLinear", node.name + "/src_q",
                             {clipped(out, node, src, params), scale, zero});
  return step(out, "DequantizeLinear", node.name + "/src_dq", {q, scale, zero});
}

std::string export_weights(Export& out, const Node& node, bool transposed) {
  const Tensor& given = *out.graph().constant(node, 1);
  const Tensor weights = transposed ? transposed_matrix(given) : given;
  const LayerQuant& quant = *node.quant;
  const std::string wish = node.name + "/weights";
  if (quant.src.dtype == DType::bf16) {
    const std::string name = out.constant(wish + "_bf16", array_of(weights));
    return cast(out, wish, name, ElementType::f32);
  }
  const std::string q = out.constant(wish + "_s8", array_of(weights));
  const std::string zero_wish = wish + "_zero_point";
  if (quant.weight_scales.size() == 1) {
    return step(out, "DequantizeLinear", wish,
                {q, scalar(out, wish + "_scale", quant.weight_scales.front()),
                 out.constant(zero_wish, Array::of<std::int8_t>({}, {0}))});
  }
  const auto channels = static_cast<std::int64_t>(quant.weight_scales.size());
  return step(out, "DequantizeLinear", wish,
              {q, out.numbers(wish + "_scale", quant.weight_scales),
               out.constant(zero_wish, Array(ElementType::s8, {channels}))},
              {integer_attribute("axis", transposed ? 1 : 0)});
}

/// The bias in steps of the sums; nothing when one does not fit 32 bits.
std::optional<std::vector<std::int32_t>> whole_bias(const Tensor& bias, const LayerQuant& quant) {
  constexpr double limit = 2147483520.0;  // the largest f32 below 2^31
  std::vector<std::int32_t> whole;
  for (std::size_t i = 0; i < bias.data<float>().size(); ++i) {
    const double steps = std::nearbyint(static_cast<double>(bias.data<float>()[i]) /
                                        static_cast<double>(step_of_sums(quant, i)));
    if (!(std::abs(steps) <= limit)) {
      return std::nullopt;
    }
    whole.push_back(static_cast<std::int32_t>(steps));
  }
  return whole;
}

std::string export_bias(Export& out, const Node& node) {
  const LayerQuant& quant = *node.quant;
  const bool eight_bits = quant.src.dtype == DType::u8 || quant.src.dtype == DType::s8;
  if (out.profile() != OnnxProfile::onnxruntime || !eight_bits) {
    return out.name(node.inputs[2]);
  }
  const auto whole = whole_bias(*out.graph().constant(node, 2), quant);
  if (!whole) {
    out.note(node.name, "bias is f32: in s32 it would not fit 32 bits");
    return out.name(node.inputs[2]);
  }
  const auto channels = static_cast<std::int64_t>(whole->size());
  std::vector<float> steps(whole->size());
  for (std::size_t i = 0; i < steps.size(); ++i) {
    steps[i] = step_of_sums(quant, i);
  }
  const std::string q =
      out.constant(node.name + "/bias_s32", Array::of<std::int32_t>({channels}, *whole));
  return step(out, "DequantizeLinear", node.name + "/bias",
              {q, out.numbers(node.name + "/bias_scale", steps)}, {integer_attribute("axis", 0)});
}

/// f32, from fp32 weights or from what the quantized ones stand for.
std::string float_weights(Export& out, const Node& node, bool transposed) {
  if (!node.quant && !transposed) {
    return out.name(node.inputs[1]);
  }
  if (!node.quant) {
    const std::string wish = node.name + "/weights_transposed";
    return step(out, "Transpose", wish, {out.name(node.inputs[1])},
                {integers_attribute("perm", {1, 0})});
  }
  const Tensor weights = dequantized_weights(*out.graph().constant(node, 1), *node.quant);
  return out.constant(node.name + "/weights",
                      array_of(transposed ? transposed_matrix(weights) : weights));
}

}  // namespace

bool carries(OnnxProfile profile, const LayerQuant& quant) {
  return carries_16_bits(profile) || quant.src.dtype != DType::s16;
}

LayerInputs export_layer_inputs(Export& out, const Node& node, bool transposed) {
  const bool has_bias = node.inputs.size() > 2;
  if (!node.quant || !carries(out.profile(), *node.quant)) {
    if (node.quant) {
      out.note(node.name, "is written in fp32, with the values of its 8-bit weights: " +
                              std::string(name_of(out.profile())) + " has no 16-bit activations");
    }
    return {out.name(node.inputs[0]), float_weights(out, node, transposed),
            has_bias ? out.name(node.inputs[2]) : ""};
  }
  LayerInputs inputs;
  inputs.src = export_src(out, node);
  inputs.weights = export_weights(out, node, transposed);
  inputs.bias = has_bias ? export_bias(out, node) : "";
  return inputs;
}

}  // namespace caloquant::onnx

namespace caloquant {

bool carries_zero_points(OnnxProfile profile) {
  return profile == OnnxProfile::onnxruntime || profile == OnnxProfile::openvino;
}

bool carries_16_bits(OnnxProfile profile) {
  return profile != OnnxProfile::tensorrt;
}

Graph with_whole_biases(const Graph& graph) {
  GraphEditor editor(graph);
  for (std::size_t i = 0; i < graph.nodes().size(); ++i) {
    const Node& node = graph.nodes()[i];
    const Tensor* bias = graph.constant(node, 2);
    if (!node.quant || bias == nullptr ||
        (node.quant->src.dtype != DType::u8 && node.quant->src.dtype != DType::s8)) {
      continue;
    }
    const auto whole = onnx::whole_bias(*bias, *node.quant);
    if (!whole) {
      continue;
    }
    Tensor rounded = *bias;
    for (std::size_t k = 0; k < whole->size(); ++k) {
      rounded.data<float>()[k] = static_cast<float>((*whole)[k]) * step_of_sums(*node.quant, k);
    }
    editor.set_input(static_cast<NodeId>(i), 2,
                     editor.add_constant(graph.value(node.inputs[2]).name, std::move(rounded)));
  }
  return editor.finish();
}

}  // namespace caloquant
