#include "quantizer/output/report/layer_view.hpp"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "calibration/collect/collect.hpp"
#include "calibration/observers/value_distribution.hpp"
#include "graph/ir/editor.hpp"
#include "graph/ir/merge.hpp"
#include "ops/core/thread_count.hpp"
#include "ops/schema/infer_shape.hpp"
#include "quantizer/output/report/rounded.hpp"

namespace caloquant {
namespace {

constexpr std::size_t drawn_bins = 80;
constexpr double largest_s8 = 127.0;

/// One layer as both networks have it.
struct LayerTap {
  const Node* node = nullptr;       ///< of the fp32 network
  const Node* quantized = nullptr;  ///< of the other
  Tensor src;                       ///< [1, ...], of the fp32 network
  Tensor dst;
  Tensor quantized_dst;
  ValueDistribution values;  ///< of src
  bool finite = true;
  double signal = 0.0;
  double noise = 0.0;
};

std::vector<LayerTap> layer_taps(const Graph& fp32, const Graph& quantized) {
  std::vector<LayerTap> taps;
  for (const Node& node : fp32.nodes()) {
    const Node* other = quantized.find(node.name);
    if (!is_quantizable(node.op) || fp32.constant(node, 1) == nullptr || other == nullptr) {
      continue;
    }
    const auto tensor = [&](ValueId value) {
      Shape shape = fp32.value(value).shape;
      shape.front() = 1;
      return Tensor(DType::f32, shape);
    };
    LayerTap tap;
    tap.node = &node;
    tap.quantized = other;
    tap.src = tensor(quantization_root(fp32, node.inputs[0]));
    tap.dst = tensor(node.output);
    tap.quantized_dst = tensor(node.output);
    taps.push_back(std::move(tap));
  }
  return taps;
}

/// Both networks in one graph, with src and dst of every layer as outputs.
Graph graph_with_taps(const Graph& fp32, const Graph& quantized,
                      const std::vector<LayerTap>& taps) {
  GraphEditor first(fp32);
  first.clear_outputs();
  GraphEditor second(quantized);
  second.clear_outputs();
  for (const LayerTap& tap : taps) {
    first.add_output("src of " + tap.node->name, quantization_root(fp32, tap.node->inputs[0]));
    first.add_output("dst of " + tap.node->name, tap.node->output);
    second.add_output("dst of " + tap.node->name, tap.quantized->output);
  }
  return merge_graphs({first.finish(), second.finish()});
}

void observe(LayerTap& tap) {
  const auto src = std::as_const(tap.src).data<float>();
  const Extremes extremes = extremes_of(src);
  tap.finite = tap.finite && !extremes.not_finite;
  if (tap.finite) {
    tap.values.add(src, extremes);
  }
  const auto exact = std::as_const(tap.dst).data<float>();
  const auto near = std::as_const(tap.quantized_dst).data<float>();
  for (std::size_t i = 0; i < exact.size(); ++i) {
    const double difference = double{near[i]} - double{exact[i]};
    tap.signal += double{exact[i]} * double{exact[i]};
    tap.noise += difference * difference;
  }
}

Json histogram_view(const ValueDistribution& values) {
  const double low = double{values.extremes().low};
  const double high = double{values.extremes().high};
  std::vector<std::uint64_t> counts(drawn_bins, 0);
  for (const ValueDistribution::Cell& cell : values.cells()) {
    const double place = (double{cell.value} - low) / (high - low) * double{drawn_bins};
    counts[std::min(static_cast<std::size_t>(place), drawn_bins - 1)] += cell.count;
  }
  return {{"low", rounded(low)},
          {"high", rounded(high)},
          {"zeros", values.zeros()},
          {"counts", counts}};
}

/// What the integers of the weights reach to, from the channel with the smallest range to that with
/// the largest; null for weights that are floats.
Json weight_reach(const Node& quantized) {
  if (!quantized.quant || quantized.quant->weight_scales.empty() ||
      precision_of(*quantized.quant) == Precision::bf16) {
    return {};
  }
  const auto [least, most] = std::ranges::minmax_element(quantized.quant->weight_scales);
  return {rounded(largest_s8 * double{*least}), rounded(largest_s8 * double{*most})};
}

Json tap_view(const Graph& fp32, const LayerTap& tap) {
  const Node& node = *tap.node;
  const Tensor& weights = *fp32.constant(node, 1);
  Json json = {{"name", node.name}, {"op", std::string(name_of(node.op))}};
  json["macs"] = macs_per_sample(node.op, fp32.input_shapes(node), fp32.value(node.output).shape);
  json["weights"] = weights.size();
  const bool is_quantized = tap.quantized->quant.has_value();
  json["sqnr_db"] = is_quantized && tap.noise > 0.0
                        ? rounded(10.0 * std::log10(tap.signal / tap.noise), 4)
                        : Json();
  json["src"] = tap.finite ? histogram_view(tap.values) : Json();
  if (weights.dtype() == DType::f32) {
    ValueDistribution distribution;
    distribution.add(weights.data<float>(), extremes_of(weights.data<float>()));
    json["weight_values"] = histogram_view(distribution);
    json["weight_reach"] = weight_reach(*tap.quantized);
  }
  return json;
}

}  // namespace

Json layer_view(const Graph& fp32, const Graph& quantized, const InputFiller& fill,
                const LayerViewOptions& options) {
  std::vector<LayerTap> taps = layer_taps(fp32, quantized);
  std::vector<std::span<float>> outputs;
  for (LayerTap& tap : taps) {
    outputs.push_back(tap.src.data<float>());
    outputs.push_back(tap.dst.data<float>());
  }
  for (LayerTap& tap : taps) {
    outputs.push_back(tap.quantized_dst.data<float>());
  }
  if (!taps.empty()) {
    sweep_events(graph_with_taps(fp32, quantized, taps), fill,
                 {options.events, 1, options.engine, options.progress}, outputs,
                 [&](std::int64_t, std::int64_t) {
#pragma omp parallel for num_threads(team_size()) schedule(dynamic)
                   for (std::size_t i = 0; i < taps.size(); ++i) {
                     observe(taps[i]);
                   }
                 });
  }
  Json list = Json::array();
  for (const LayerTap& tap : taps) {
    list.push_back(tap_view(fp32, tap));
  }
  return list;
}

}  // namespace caloquant
