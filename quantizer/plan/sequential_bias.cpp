#include "quantizer/plan/sequential_bias.hpp"

#include "ops/core/qmath.hpp"
#include "ops/core/weight_scales.hpp"

namespace caloquant {
namespace {

/// What the layer adds at present, f32 [OC].
Tensor present_bias(const Graph& fp32, const Node& node, const LayerPlan& plan) {
  if (plan.bias) {
    return *plan.bias;
  }
  if (node.inputs.size() > 2) {
    return *fp32.constant(node, 2);
  }
  return {DType::f32, {fp32.constant(node, 1)->shape().front()}};
}

}  // namespace

QuantPlan with_sequential_bias(const Graph& fp32, QuantPlan plan, const InputFiller& fill,
                               const ChannelMeansOptions& options) {
  std::vector<std::string> layers;  // in the order of the network
  for (const Node& node : fp32.nodes()) {
    if (plan.layers.count(node.name) > 0) {
      layers.push_back(node.name);
    }
  }
  const auto wanted = channel_means(fp32, layers, fill, options);
  for (const std::string& layer : layers) {
    const auto found = channel_means(apply_plan(fp32, plan), {layer}, fill, options);
    LayerPlan& own = plan.layers.at(layer);
    Tensor bias = present_bias(fp32, *fp32.find(layer), own);
    const std::span<float> values = bias.data<float>();
    for (std::size_t channel = 0; channel < values.size(); ++channel) {
      const double missing = wanted.at(layer)[channel] - found.at(layer)[channel];
      values[channel] = usable_bias(static_cast<double>(values[channel]) + missing, values[channel],
                                    *own.weights, own.quant, channel);
    }
    own.bias = std::make_shared<const Tensor>(std::move(bias));
  }
  return plan;
}

}  // namespace caloquant
