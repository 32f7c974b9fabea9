// QuantizeLinear, DequantizeLinear, Cast to and from bf16, and the layers that read what they give.

#include <algorithm>
#include <cmath>

#include "graph/io/onnx/importer/translators.hpp"
#include "graph/io/onnx/interpreter/visit.hpp"
#include "graph/io/onnx/tensors.hpp"

namespace caloquant::onnx {
namespace {

float scale_of(const NodeImport& node) {
  const Array& array = node.constant(1);
  node.require(array.type() == ElementType::f32 && array.size() == 1,
               "has scales " + describe(array) + " for activations, one f32 is supported");
  const float scale = array.data<float>()[0];
  node.require(scale > 0.0F && std::isfinite(scale), "has a scale of " + std::to_string(scale));
  return scale;
}

/// Type and zero point of the integers.
QuantParams params_of(const NodeImport& node) {
  QuantParams params{DType::u8, scale_of(node), 0};
  const auto fallback = static_cast<std::int64_t>(ElementType::u8);
  auto type = static_cast<ElementType>(node.call().integer("output_dtype", fallback));
  if (node.has_input(2)) {
    const Array& zero = node.constant(2);
    node.require(zero.size() == 1, "has zero points " + describe(zero) + ", one is supported");
    type = zero.type();
    params.zero_point = static_cast<std::int32_t>(to_doubles(node.call(), zero).front());
  }
  node.require(type == ElementType::u8 || type == ElementType::s8 || type == ElementType::s16,
               "quantizes to " + name_of(type) + "; u8, s8 and s16 are supported");
  params.dtype = type == ElementType::u8   ? DType::u8
                 : type == ElementType::s8 ? DType::s8
                                           : DType::s16;
  if (params.dtype == DType::s16) {
    node.require(params.zero_point == 0, "quantizes to s16 with a zero point, 0 is supported");
    params.limit = 32767;
  }
  return params;
}

/// The value in front of a Clip to +-limit steps, which stands for the limit of s16 integers.
std::optional<ValueId> before_limit(const NodeImport& node, QuantParams& params) {
  const ImportState& state = node.state();
  const std::string& src = node.call().node().inputs[0];
  const auto clip = std::find_if(
      state.model.nodes.begin(), state.model.nodes.end(), [&](const NodeDef& candidate) {
        return candidate.op == "Clip" && candidate.outputs.front() == src &&
               candidate.inputs.size() == 3;
      });
  if (clip == state.model.nodes.end()) {
    return std::nullopt;
  }
  float bounds[2] = {0.0F, 0.0F};
  for (std::size_t i = 0; i < 2; ++i) {
    const auto found = state.values.find(clip->inputs[i + 1]);
    const auto* known = found == state.values.end() ? nullptr : std::get_if<Known>(&found->second);
    if (known == nullptr || known->at[0]->type() != ElementType::f32 || known->at[0]->size() != 1) {
      return std::nullopt;
    }
    bounds[i] = known->at[0]->data<float>()[0];
  }
  const float limit = std::nearbyint(bounds[1] / params.scale);
  const auto* before = std::get_if<ValueId>(&state.values.at(clip->inputs[0]));
  if (before == nullptr || bounds[0] != -bounds[1] || !(limit >= 1.0F && limit < 32767.0F) ||
      bounds[1] != params.scale * limit) {
    return std::nullopt;
  }
  params.limit = static_cast<std::int32_t>(limit);
  return *before;
}

bool same_integers(const QuantParams& a, const QuantParams& b) {
  return a.dtype == b.dtype && a.scale == b.scale && a.zero_point == b.zero_point;
}

/// s8 or bf16 weights [O, ...].
Tensor layer_weights(const NodeImport& node, const StoredWeights& stored, std::int64_t axis) {
  const Array& array = *stored.values;
  const bool bf16 = array.type() == ElementType::bf16;
  Tensor weights(bf16 ? DType::bf16 : DType::s8, array.dims());
  std::copy(array.bytes().begin(), array.bytes().end(), weights.raw());
  if (!bf16) {
    const auto values = weights.data<std::int8_t>();
    node.require(std::find(values.begin(), values.end(), -128) == values.end(),
                 "has a weight of -128; s8 weights from -127 to 127 are supported");
  }
  return axis == 0 ? weights : transposed_matrix(weights);
}

}  // namespace

ImportedValue import_quantize(const NodeImport& node) {
  Quantized value{node.computed(0), params_of(node), true};
  if (value.params.dtype == DType::s16) {
    value.src = before_limit(node, value.params).value_or(value.src);
  }
  return value;
}

ImportedValue import_dequantize(const NodeImport& node) {
  const auto* value = std::get_if<Quantized>(&node.input(0));
  node.require(value != nullptr && value->integers && value->params.dtype != DType::bf16,
               "reads something else than a constant or what QuantizeLinear gives");
  node.require(same_integers(value->params, params_of(node)),
               "has another scale, zero point or type than the QuantizeLinear in front of it");
  return Quantized{value->src, value->params, false};
}

ImportedValue import_cast(const NodeImport& node) {
  const auto type = static_cast<ElementType>(node.call().integer("to", 0));
  if (const auto* value = std::get_if<Quantized>(&node.input(0))) {
    node.require(value->params.dtype == DType::bf16 && type == ElementType::f32,
                 "casts quantized numbers to " + name_of(type));
    return Quantized{value->src, value->params, false};
  }
  if (type == ElementType::bf16) {
    return Quantized{node.computed(0), {DType::bf16, 1.0F, 0}, true};
  }
  node.require(type == ElementType::f32, "casts a computed tensor to " + name_of(type) +
                                             "; everything computed is f32 or bf16");
  return node.computed(0);
}

std::optional<StoredWeights> stored_weights(const Call& call,
                                            const std::shared_ptr<const Array>& src) {
  if (call.node().op == "Cast" && src->type() == ElementType::bf16) {
    return StoredWeights{src, {}, 0};
  }
  const bool plain = call.node().op == "DequantizeLinear" && src->type() == ElementType::s8 &&
                     call.integer("block_size", 0) == 0 && call.input(1).type() == ElementType::f32;
  if (!plain) {
    return std::nullopt;
  }
  const auto scales = call.input(1).data<float>();
  StoredWeights stored{src, {scales.begin(), scales.end()}, 0};
  if (scales.size() > 1) {
    stored.axis = static_cast<std::int64_t>(call.axis(call.integer("axis", 1), src->rank()));
  }
  if (const Array* zero = call.optional(2)) {
    const auto zeros = to_doubles(call, *zero);
    stored.zero_points =
        std::any_of(zeros.begin(), zeros.end(), [](double value) { return value != 0.0; });
  }
  return stored;
}

ValueId layer_src(const NodeImport& node) {
  const auto* value = std::get_if<Quantized>(&node.input(0));
  if (value == nullptr) {
    return node.computed(0);
  }
  node.require(!value->integers, "reads integers; a DequantizeLinear must stand in between");
  return value->src;
}

void set_layer_quant(const NodeImport& node, ValueId layer, std::int64_t axis) {
  const auto* src = std::get_if<Quantized>(&node.input(0));
  const StoredWeights* stored = node.stored(1);
  if (src == nullptr && (stored == nullptr || stored->scales.empty())) {
    return;  // fp32
  }
  LayerQuant quant{src == nullptr ? QuantParams{DType::f32, 1.0F, 0} : src->params, {}};
  const bool bf16 = quant.src.dtype == DType::bf16;
  node.require(stored != nullptr && stored->scales.empty() == bf16,
               std::string("has a src of ") + std::string(name_of(quant.src.dtype)) +
                   ", but weights that are no " +
                   (bf16 ? "bf16 constant" : "s8 constant behind DequantizeLinear"));
  node.require(!stored->zero_points, "has s8 weights with a zero point, 0 is supported");
  node.require(stored->scales.size() < 2 || stored->axis == axis,
               "has weight scales along axis " + std::to_string(stored->axis) +
                   ", output channels are axis " + std::to_string(axis));
  for (const float scale : stored->scales) {
    node.require(scale > 0.0F && std::isfinite(scale),
                 "has a weight scale of " + std::to_string(scale));
  }
  quant.weight_scales = bf16 ? std::vector<float>{1.0F} : stored->scales;
  const Graph& graph = node.editor().graph();
  const auto id = static_cast<NodeId>(graph.producer(layer) - graph.nodes().data());
  node.editor().set_quant(id, quant,
                          std::make_shared<const Tensor>(layer_weights(node, *stored, axis)));
}

}  // namespace caloquant::onnx
