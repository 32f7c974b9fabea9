#include "quantizer/plan/make_plan.hpp"

#include <caloquant/error.hpp>

#include "graph/ir/editor.hpp"
#include "ops/core/qmath.hpp"

namespace caloquant {
namespace {

/// A DepthToSpace behind the layer is what collapse_upsample left of an up-sampling before it.
bool was_behind_upsampling(const Graph& graph, const Node& node) {
  const Node* behind = &node;
  for (;;) {
    const std::vector<NodeId> readers = graph.consumers(behind->output);
    if (readers.size() != 1) {
      return false;
    }
    behind = &graph.node(readers.front());
    if (std::holds_alternative<DepthToSpace>(behind->op)) {
      return true;
    }
    if (!std::holds_alternative<Eltwise>(behind->op) &&
        !std::holds_alternative<Affine>(behind->op)) {
      return false;
    }
  }
}

bool has_relu_upstream(const Graph& graph, const Node& node) {
  if (was_behind_upsampling(graph, node)) {
    return false;  // the walk stops at an up-sampling
  }
  const Node* before = graph.producer(node.inputs[0]);
  while (before != nullptr && (std::holds_alternative<Affine>(before->op) ||
                               std::holds_alternative<BatchNorm>(before->op) ||
                               std::holds_alternative<DepthToSpace>(before->op) ||
                               std::holds_alternative<Pad>(before->op))) {
    before = graph.producer(before->inputs[0]);
  }
  if (before == nullptr) {
    return false;
  }
  const auto* eltwise = std::get_if<Eltwise>(&before->op);
  return eltwise != nullptr && eltwise->kind == EltwiseKind::relu;
}

QuantParams measured(const Range& range) {
  const QuantParams symmetric = symmetric_s8(range.low, range.high);
  const QuantParams asymmetric = asymmetric_u8(range.low, range.high);
  constexpr float negligible = 1.01F;
  return range.low < 0.0F && symmetric.scale <= negligible * asymmetric.scale ? symmetric
                                                                              : asymmetric;
}

QuantParams inc_u8_scaled(const Graph& graph, const Node& node, const Range& range) {
  if (std::holds_alternative<Dense>(node.op)) {
    return asymmetric_u8(range.low, range.high);
  }
  return has_relu_upstream(graph, node) ? scaled_u8(range.high)
                                        : symmetric_s8(range.low, range.high);
}

}  // namespace

const WeightCache::Entry& WeightCache::get(const Graph& graph, const Node& node, Form form) {
  const auto key = std::make_pair(node.name, form);
  const auto found = entries_.find(key);
  if (found != entries_.end()) {
    return found->second;
  }
  const Tensor* weights = graph.constant(node, 1);
  if (weights == nullptr) {
    throw ModelError("layer '" + node.name + "'", "has no constant weights to quantize");
  }
  Entry entry;
  if (form == Form::bf16) {
    entry = {std::make_shared<const Tensor>(to_bf16(*weights)), {1.0F}, 0};
  } else {
    QuantizedWeights quantized = quantize_weights(*weights, form == Form::per_channel);
    entry.s16_limit = s16_limit(quantized.values);
    entry.values = std::make_shared<const Tensor>(std::move(quantized.values));
    entry.scales = std::move(quantized.scales);
  }
  return entries_.emplace(key, std::move(entry)).first->second;
}

QuantParams choose_activation(const Graph& graph, const Node& node, const Range& range,
                              ActivationType type, ActivationRule rule) {
  switch (type) {
    case ActivationType::u8:
      return asymmetric_u8(range.low, range.high);
    case ActivationType::s8:
      return symmetric_s8(range.low, range.high);
    case ActivationType::automatic:
      break;
  }
  return rule == ActivationRule::measured ? measured(range) : inc_u8_scaled(graph, node, range);
}

namespace {

/// The range that the layer was calibrated to; needed only where activations are quantized.
Range range_for(const CalibrationTable& table, const TuningConfig::Layer& layer) {
  const auto ranges = table.layers.find(layer.name);
  if (ranges == table.layers.end() || ranges->second.count(layer.choice.algorithm) == 0) {
    throw ModelError("layer '" + layer.name + "'",
                     "is in the configuration, but was not calibrated with '" +
                         std::string(name_of(layer.choice.algorithm)) + "'");
  }
  return ranges->second.at(layer.choice.algorithm);
}

QuantParams choose_s16(const Range& range, RangeAlgorithm algorithm, std::int32_t limit) {
  const float factor = algorithm == RangeAlgorithm::minmax ? w8a16_headroom : 1.0F;
  return symmetric_s16(factor * range.low, factor * range.high, limit);
}

LayerPlan plan_layer(const Graph& graph, const Node& node, const CalibrationTable& table,
                     const TuningConfig::Layer& layer, ActivationRule rule, WeightCache& weights) {
  const LayerChoice& choice = layer.choice;
  using Form = WeightCache::Form;
  const Form form = choice.precision == Precision::bf16 ? Form::bf16
                    : choice.per_channel                ? Form::per_channel
                                                        : Form::per_tensor;
  const WeightCache::Entry& entry = weights.get(graph, node, form);
  switch (choice.precision) {
    case Precision::int8:
      return {{choose_activation(graph, node, range_for(table, layer), choice.activation, rule),
               entry.scales},
              entry.values};
    case Precision::w8a16:
      return {
          {choose_s16(range_for(table, layer), choice.algorithm, entry.s16_limit), entry.scales},
          entry.values};
    case Precision::bf16:
      return {{{DType::bf16, 1.0F, 0}, entry.scales}, entry.values};
    default:
      return {{{DType::f32, 1.0F, 0}, entry.scales}, entry.values};
  }
}

}  // namespace

QuantPlan make_plan(const Graph& graph, const CalibrationTable& table, const TuningConfig& config,
                    ActivationRule rule, WeightCache& weights) {
  QuantPlan plan;
  for (const TuningConfig::Layer& layer : config.layers()) {
    if (layer.choice.precision == Precision::fp32) {
      continue;
    }
    const Node* node = graph.find(layer.name);
    if (node == nullptr) {
      throw ModelError("layer '" + layer.name + "'",
                       "is in the configuration, but not in the network");
    }
    plan.layers[layer.name] = plan_layer(graph, *node, table, layer, rule, weights);
  }
  return plan;
}

Graph apply_plan(const Graph& graph, const QuantPlan& plan) {
  GraphEditor editor(graph);
  for (const auto& [name, layer] : plan.layers) {
    const Node* node = editor.graph().find(name);
    CALOQUANT_EXPECT(node != nullptr);
    editor.set_quant(static_cast<NodeId>(node - editor.graph().nodes().data()), layer.quant,
                     layer.weights);
  }
  return editor.finish();
}

}  // namespace caloquant
