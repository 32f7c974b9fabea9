// Before:  Conv | Dense -> Affine(mul, add)      After:  Conv' | Dense'
//
//   weights'[o] = mul[o] * weights[o],  bias'[o] = mul[o] * bias[o] + add[o]
//
// Conditions: every mul is 0 or between 2^-60 and 2^60 in size and everything new is finite (x may
// be so small or so large that mul * (weights * x) is a number where (mul * weights) * x is none),
// constant f32 weights and vectors, the layer's dst has no other reader and is no graph
// output, the channel is axis 1 of dst (any Conv, a Dense with rank-2 dst). Exact up to f32
// rounding. A BatchNorm behind an *activation* is another matter: it stays an Affine, which
// executors fuse.

#include <algorithm>
#include <cmath>
#include <span>

#include "graph/passes/pass.hpp"
#include "graph/passes/support.hpp"

namespace caloquant {
namespace {

/// The layer in front of an Affine, if the pass applies.
const Node* layer_before(const Graph& graph, const Node& affine) {
  if (graph.constant(affine, 1) == nullptr || graph.constant(affine, 2) == nullptr) {
    return nullptr;
  }
  const Node* layer = graph.producer(affine.inputs[0]);
  if (layer == nullptr || !is_quantizable(layer->op) || layer->quant ||
      !has_constant_weights(graph, *layer) || !read_once(graph, layer->output)) {
    return nullptr;
  }
  const bool channel_is_axis_1 =
      std::holds_alternative<Conv>(layer->op) || graph.value(layer->output).shape.size() == 2;
  return channel_is_axis_1 ? layer : nullptr;
}

/// Factors that may change the order of products without leaving the range of f32.
bool are_moderate(std::span<const float> factors) {
  return std::ranges::all_of(factors, [](float factor) {
    const float size = std::fabs(factor);
    return size == 0.0F || (size >= 0x1p-60F && size <= 0x1p60F);
  });
}

bool are_finite(std::span<const float> values) {
  return std::ranges::all_of(values, [](float value) { return std::isfinite(value); });
}

}  // namespace

bool fold_affine_into_weights(GraphEditor& editor) {
  bool changed = false;
  for (std::size_t i = 0; i < editor.graph().nodes().size(); ++i) {
    const Node affine = editor.graph().nodes()[i];
    if (!std::holds_alternative<Affine>(affine.op)) {
      continue;
    }
    const Node* found = layer_before(editor.graph(), affine);
    if (found == nullptr) {
      continue;
    }
    const Node layer = *found;
    const NodeId id = id_of(editor.graph(), *found);
    const auto mul = editor.graph().constant(affine, 1)->data<float>();
    const auto add = editor.graph().constant(affine, 2)->data<float>();
    Tensor weights(*editor.graph().constant(layer, 1));
    const auto values = weights.data<float>();
    const std::size_t per_channel = values.size() / mul.size();
    for (std::size_t k = 0; k < values.size(); ++k) {
      values[k] *= mul[k / per_channel];
    }
    Tensor bias(DType::f32, {static_cast<std::int64_t>(mul.size())});
    const Tensor* old_bias = editor.graph().constant(layer, 2);
    for (std::size_t c = 0; c < mul.size(); ++c) {
      const float before = old_bias != nullptr ? old_bias->data<float>()[c] : 0.0F;
      bias.data<float>()[c] = mul[c] * before + add[c];
    }
    if (!are_moderate(mul) || !are_finite(values) || !are_finite(bias.data<float>())) {
      continue;
    }
    const ValueId new_weights = editor.add_constant(layer.name + "/weights", std::move(weights));
    const ValueId new_bias = editor.add_constant(layer.name + "/bias", std::move(bias));
    editor.set_inputs(id, {layer.inputs[0], new_weights, new_bias});
    editor.replace_uses(affine.output, layer.output);
    changed = true;
  }
  return changed;
}

}  // namespace caloquant
