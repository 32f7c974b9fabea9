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

QuantParams inc_u8_scaled(const Graph& graph, const Node& node, const Range& range) {
  if (std::holds_alternative<Dense>(node.op)) {
    return asymmetric_u8(range.low, range.high);
  }
  return has_relu_upstream(graph, node) ? scaled_u8(range.high)
                                        : symmetric_s8(range.low, range.high);
}

}  // namespace

const WeightCache::Entry& WeightCache::get(const Graph& graph, const Node& node, bool per_channel,
                                           WeightRange range) {
  const auto key = std::make_tuple(node.name, per_channel, range);
  const auto found = entries_.find(key);
  if (found != entries_.end()) {
    return found->second;
  }
  const Tensor* weights = graph.constant(node, 1);
  if (weights == nullptr) {
    throw ModelError("layer '" + node.name + "'", "has no constant weights to quantize");
  }
  QuantizedWeights quantized = quantize_weights(
      *weights, range == WeightRange::mse ? mse_weight_scales(*weights, per_channel)
                                          : minmax_weight_scales(*weights, per_channel));
  Entry entry{std::make_shared<const Tensor>(std::move(quantized.values)),
              std::move(quantized.scales)};
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
  return rule == ActivationRule::measured ? measured_code(range)
                                          : inc_u8_scaled(graph, node, range);
}

QuantPlan make_plan(const Graph& graph, const CalibrationTable& table, const TuningConfig& config,
                    ActivationRule rule, WeightCache& weights) {
  QuantPlan plan;
  for (const TuningConfig::Layer& layer : config.layers()) {
    if (layer.choice.precision == Precision::fp32) {
      continue;
    }
    const Node* node = graph.find(layer.name);
    const auto ranges = table.layers.find(layer.name);
    if (node == nullptr || ranges == table.layers.end() ||
        ranges->second.count(layer.choice.algorithm) == 0) {
      throw ModelError("layer '" + layer.name + "'",
                       "is in the configuration, but was not calibrated with '" +
                           std::string(name_of(layer.choice.algorithm)) + "'");
    }
    const Range& range = ranges->second.at(layer.choice.algorithm);
    const WeightCache::Entry& entry =
        weights.get(graph, *node, layer.choice.per_channel, layer.choice.weight_range);
    LayerPlan& made = plan.layers[layer.name];
    made.quant = {choose_activation(graph, *node, range, layer.choice.activation, rule),
                  entry.scales};
    made.weights = entry.values;
    made.choice = layer.choice;
    made.range = range;
    const auto candidates = table.candidates.find(layer.name);
    if (layer.choice.algorithm == RangeAlgorithm::automatic &&
        candidates != table.candidates.end()) {
      made.candidates = candidates->second;
      made.chosen = best_candidate(made.candidates).algorithm;
    }
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
