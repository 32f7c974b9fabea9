#include "quantizer/plan/make_plan.hpp"

#include <caloquant/error.hpp>

#include "calibration/corrections/bias_correction.hpp"
#include "graph/ir/editor.hpp"
#include "ops/core/qmath.hpp"
#include "ops/core/weight_scales.hpp"

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
  return eltwise != nullptr && (eltwise->kind == EltwiseKind::relu ||
                                (eltwise->kind == EltwiseKind::clip && eltwise->alpha >= 0.0F));
}

QuantParams inc_u8_scaled(const Graph& graph, const Node& node, const Range& range) {
  if (std::holds_alternative<Dense>(node.op)) {
    return asymmetric_u8(range.low, range.high);
  }
  return has_relu_upstream(graph, node) ? scaled_u8(range.high)
                                        : symmetric_s8(range.low, range.high);
}

}  // namespace

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
  switch (rule) {
    case ActivationRule::inc_u8_scaled:
      return inc_u8_scaled(graph, node, range);
    case ActivationRule::symmetric:
      return symmetric_s8(range.low, range.high);
    case ActivationRule::measured:
      break;
  }
  return measured_code(range);
}

const LayerStatistics* Corrections::of(const std::string& layer) const {
  if (statistics == nullptr) {
    return nullptr;
  }
  const auto found = statistics->find(layer);
  return found == statistics->end() ? nullptr : &found->second;
}

namespace {

class Planner {
 public:
  Planner(const Graph& graph, const CalibrationTable& table, ActivationRule rule,
          WeightCache& weights, const Corrections& corrections)
      : graph_(graph), table_(table), rule_(rule), weights_(weights), corrections_(corrections) {}

  LayerPlan plan(const Node& node, const TuningConfig::Layer& layer) {
    const LayerChoice& choice = layer.choice;
    const LayerStatistics* statistics = corrections_.of(layer.name);
    WeightEncoding encoding;
    if (choice.precision == Precision::bf16) {
      encoding.bf16 = true;
    } else {
      encoding = {false, choice.per_channel, choice.weight_range,
                  corrections_.reconstruct && statistics != nullptr};
    }
    LayerPlan made;
    made.choice = choice;
    constexpr std::int32_t widest = 32767;
    made.quant.src = src_of(node, layer, widest, made);
    const WeightCache::Entry& entry =
        weights_.get(graph_, node, encoding, made.quant.src, statistics);
    made.weights = entry.values;
    made.quant.weight_scales = entry.scales;
    if (choice.precision == Precision::w8a16) {
      made.quant.src = src_of(node, layer, entry.s16_limit, made);
    }
    if (corrections_.bias && statistics != nullptr) {
      made.bias = std::make_shared<const Tensor>(
          corrected_bias(*graph_.constant(node, 1), *entry.values, made.quant,
                         node.inputs.size() > 2 ? graph_.constant(node, 2) : nullptr, *statistics));
    }
    return made;
  }

 private:
  QuantParams src_of(const Node& node, const TuningConfig::Layer& layer, std::int32_t s16_limit,
                     LayerPlan& made) const {
    if (layer.choice.precision == Precision::bf16 || layer.choice.precision == Precision::w8) {
      return {layer.choice.precision == Precision::bf16 ? DType::bf16 : DType::f32, 1.0F, 0};
    }
    made.range = range_for(layer);
    const auto candidates = table_.candidates.find(layer.name);
    if (layer.choice.algorithm == RangeAlgorithm::automatic &&
        candidates != table_.candidates.end()) {
      made.candidates = candidates->second;
      made.chosen = best_candidate(made.candidates).algorithm;
    }
    if (layer.choice.precision == Precision::w8a16) {
      const bool bare = layer.choice.algorithm == RangeAlgorithm::minmax;
      const float factor = bare ? w8a16_headroom : 1.0F;
      return symmetric_s16(factor * made.range.low, factor * made.range.high, s16_limit);
    }
    return choose_activation(graph_, node, made.range, layer.choice.activation, rule_);
  }

  /// The range that the layer was calibrated to.
  [[nodiscard]] Range range_for(const TuningConfig::Layer& layer) const {
    const auto ranges = table_.layers.find(layer.name);
    if (ranges == table_.layers.end() || ranges->second.count(layer.choice.algorithm) == 0) {
      throw ModelError("layer '" + layer.name + "'",
                       "is in the configuration, but was not calibrated with '" +
                           std::string(name_of(layer.choice.algorithm)) + "'");
    }
    return ranges->second.at(layer.choice.algorithm);
  }

  const Graph& graph_;
  const CalibrationTable& table_;
  ActivationRule rule_;
  WeightCache& weights_;
  const Corrections& corrections_;
};

}  // namespace

QuantPlan make_plan(const Graph& graph, const CalibrationTable& table, const TuningConfig& config,
                    ActivationRule rule, WeightCache& weights, const Corrections& corrections) {
  QuantPlan plan;
  Planner planner(graph, table, rule, weights, corrections);
  for (const TuningConfig::Layer& layer : config.layers()) {
    if (layer.choice.precision == Precision::fp32) {
      continue;
    }
    const Node* node = graph.find(layer.name);
    if (node == nullptr) {
      throw ModelError("layer '" + layer.name + "'",
                       "is in the configuration, but not in the network");
    }
    plan.layers[layer.name] = planner.plan(*node, layer);
  }
  return plan;
}

Graph apply_plan(const Graph& graph, const QuantPlan& plan) {
  GraphEditor editor(graph);
  for (const auto& [name, layer] : plan.layers) {
    const Node* node = editor.graph().find(name);
    CALOQUANT_EXPECT(node != nullptr);
    const auto id = static_cast<NodeId>(node - editor.graph().nodes().data());
    editor.set_quant(id, layer.quant, layer.weights);
    if (layer.bias) {
      std::vector<ValueId> inputs = editor.graph().node(id).inputs;
      inputs.resize(3);
      inputs[2] = editor.add_constant(name + "/corrected_bias", layer.bias);
      editor.set_inputs(id, inputs);
    }
  }
  return editor.finish();
}

}  // namespace caloquant
