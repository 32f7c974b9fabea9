#include "quantizer/plan/fit_parameters.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "ops/core/weight_scales.hpp"

namespace caloquant {
namespace {

constexpr double most_gain = 0.2;

/// Channels in front of the DepthToSpace that a collapsed up-sampling left behind a convolution
/// are phase * C + c; C of them, or all without one.
std::size_t true_channels(const Graph& graph, const Node& node, std::size_t channels) {
  const Node* behind = &node;
  for (;;) {
    const std::vector<NodeId> readers = graph.consumers(behind->output);
    if (readers.size() != 1) {
      return channels;
    }
    behind = &graph.node(readers.front());
    if (const auto* shuffle = std::get_if<DepthToSpace>(&behind->op)) {
      return channels / static_cast<std::size_t>(element_count(shuffle->factors));
    }
    if (!std::holds_alternative<Eltwise>(behind->op) &&
        !std::holds_alternative<Affine>(behind->op)) {
      return channels;
    }
  }
}

std::vector<double> bias_of(const Graph& fp32, const Node& node, const LayerPlan& plan,
                            std::size_t channels) {
  const Tensor* bias = plan.bias ? plan.bias.get() : fp32.constant(node, 2);
  if (bias == nullptr) {
    return std::vector<double>(channels, 0.0);
  }
  return {bias->data<float>().begin(), bias->data<float>().end()};
}

/// Gains change the scales of the weights; those of bf16 have none.
bool has_gain(const LayerQuant& quant) {
  return quant.src.dtype != DType::bf16;
}

}  // namespace

FitParameters::FitParameters(const Graph& fp32, QuantPlan plan, std::size_t layers)
    : plan_(std::move(plan)) {
  std::vector<const Node*> nodes;
  for (const Node& node : fp32.nodes()) {
    if (std::holds_alternative<Conv>(node.op) && plan_.layers.count(node.name) > 0) {
      nodes.push_back(&node);
    }
  }
  const std::size_t first = nodes.size() - std::min(layers, nodes.size());
  for (std::size_t i = first; i < nodes.size(); ++i) {
    add_layer(fp32, *nodes[i]);
  }
}

void FitParameters::add_layer(const Graph& fp32, const Node& node) {
  const LayerPlan& own = plan_.layers.at(node.name);
  const auto channels = static_cast<std::size_t>(fp32.constant(node, 1)->shape().front());
  layers_.push_back(node.name);
  biases_[node.name] = bias_of(fp32, node, own, channels);
  const std::size_t groups = true_channels(fp32, node, channels);
  const auto every = [channels](std::size_t first, std::size_t stride) {
    std::vector<std::size_t> shared;
    for (std::size_t channel = first; channel < channels; channel += stride) {
      shared.push_back(channel);
    }
    return shared;
  };
  for (std::size_t group = 0; group < groups; ++group) {
    all_.push_back({node.name, false, every(group, groups), 0.0});
  }
  const std::size_t gains = own.quant.weight_scales.size() == 1 ? 1 : groups;
  for (std::size_t group = 0; has_gain(own.quant) && group < gains; ++group) {
    all_.push_back({node.name, true, every(group, gains), 0.0});
  }
}

void FitParameters::set_probes(const std::map<std::string, std::vector<double>>& sizes) {
  constexpr double part = 0.01;
  constexpr double steps = 4.0;
  for (FitParameter& parameter : all_) {
    parameter.probe = part;
    if (parameter.gain) {
      continue;
    }
    const LayerQuant& quant = plan_.layers.at(parameter.layer).quant;
    double size = 0.0;
    double step = 0.0;
    for (const std::size_t channel : parameter.channels) {
      size = std::max(size, sizes.at(parameter.layer)[channel]);
      step = std::max(step, static_cast<double>(step_of_sums(quant, channel)));
    }
    parameter.probe = part * size;
    if (is_integer(quant.src)) {
      parameter.probe = std::max(parameter.probe, steps * step);
    }
  }
}

QuantPlan FitParameters::applied(std::span<const double> values) const {
  CALOQUANT_EXPECT(values.size() == all_.size());
  QuantPlan plan = plan_;
  for (const std::string& layer : layers_) {
    std::vector<double> gains(biases_.at(layer).size(), 1.0);
    std::vector<double> offsets(gains.size(), 0.0);
    for (std::size_t i = 0; i < all_.size(); ++i) {
      if (all_[i].layer != layer || values[i] == 0.0) {
        continue;
      }
      for (const std::size_t channel : all_[i].channels) {
        if (all_[i].gain) {
          gains[channel] = 1.0 + std::clamp(values[i], -most_gain, most_gain);
        } else {
          offsets[channel] = values[i];
        }
      }
    }
    plan.layers.at(layer) = applied_to(layer, gains, offsets);
  }
  return plan;
}

LayerPlan FitParameters::applied_to(const std::string& layer, std::span<const double> gains,
                                    std::span<const double> offsets) const {
  LayerPlan own = plan_.layers.at(layer);
  const LayerQuant before = own.quant;
  if (has_gain(before)) {
    for (std::size_t i = 0; i < own.quant.weight_scales.size(); ++i) {
      own.quant.weight_scales[i] = usable_scale(
          static_cast<double>(before.weight_scales[i]) * gains[i], 127.0);  // of s8 weights
    }
  }
  const std::vector<double>& biases = biases_.at(layer);
  Tensor bias(DType::f32, {static_cast<std::int64_t>(biases.size())});
  for (std::size_t channel = 0; channel < biases.size(); ++channel) {
    double wanted = (biases[channel] + offsets[channel]) * gains[channel];
    const double step = static_cast<double>(step_of_sums(own.quant, channel));
    if (is_integer(own.quant.src) && std::fabs(wanted) <= step * double{largest_bias_steps}) {
      wanted = std::nearbyint(wanted / step) * step;
    }
    bias.data<float>()[channel] =
        usable_bias(wanted, static_cast<float>(biases[channel]), *own.weights, own.quant, channel);
  }
  own.bias = std::make_shared<const Tensor>(std::move(bias));
  return own;
}

}  // namespace caloquant
