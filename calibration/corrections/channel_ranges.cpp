#include "calibration/corrections/channel_ranges.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "graph/ir/editor.hpp"
#include "ops/core/thread_count.hpp"

namespace caloquant {
namespace {

/// One tensor that layers read.
struct ChannelTap {
  ValueId value{};
  std::vector<std::string> layers;
  Tensor values;  ///< [batch, C, ...]
  std::vector<float> ranges;
};

std::vector<ChannelTap> channel_taps(const Graph& graph, std::int64_t batch) {
  std::vector<ChannelTap> taps;
  for (const Node& node : graph.nodes()) {
    const bool is_conv = std::holds_alternative<Conv>(node.op);
    if (!is_quantizable(node.op) || graph.constant(node, 1) == nullptr ||
        (!is_conv && graph.value(node.inputs[0]).shape.size() != 2)) {
      continue;
    }
    auto tap = std::ranges::find(taps, node.inputs[0], &ChannelTap::value);
    if (tap == taps.end()) {
      Shape shape = graph.value(node.inputs[0]).shape;
      shape.front() = batch;
      const auto channels = static_cast<std::size_t>(shape[1]);
      taps.push_back(
          {node.inputs[0], {}, Tensor(DType::f32, shape), std::vector<float>(channels, 0.0F)});
      tap = std::prev(taps.end());
    }
    tap->layers.push_back(node.name);
  }
  return taps;
}

Graph graph_of_taps(const Graph& graph, const std::vector<ChannelTap>& taps) {
  GraphEditor editor(graph);
  editor.clear_outputs();
  for (const ChannelTap& tap : taps) {
    editor.add_output("src of " + tap.layers.front(), tap.value);
  }
  return editor.finish();
}

/// Widens the ranges by the first `count` events of the batch.
void widen(ChannelTap& tap, std::int64_t count) {
  const auto all = std::as_const(tap.values).data<float>();
  const std::size_t per_event = all.size() / static_cast<std::size_t>(tap.values.shape().front());
  const std::size_t cells = per_event / tap.ranges.size();
  for (std::size_t i = 0; i < per_event * static_cast<std::size_t>(count); i += cells) {
    float& range = tap.ranges[i / cells % tap.ranges.size()];
    for (const float value : all.subspan(i, cells)) {
      range = std::max(range, std::fabs(value));
    }
  }
}

}  // namespace

ChannelRanges collect_channel_ranges(const Graph& graph, const InputFiller& fill,
                                     const ChannelRangeOptions& options) {
  CALOQUANT_EXPECT(options.batch >= 1);
  std::vector<ChannelTap> taps = channel_taps(graph, options.batch);
  if (taps.empty()) {
    return {};
  }
  std::vector<std::span<float>> outputs;
  outputs.reserve(taps.size());
  for (ChannelTap& tap : taps) {
    outputs.push_back(tap.values.data<float>());
  }
  sweep_events(
      graph_of_taps(graph, taps), fill,
      {options.events, options.batch, with_default_kernels(options.engine), options.progress},
      outputs, [&taps](std::int64_t, std::int64_t count) {
#pragma omp parallel for num_threads(team_size()) schedule(dynamic)
        for (std::size_t tap = 0; tap < taps.size(); ++tap) {
          widen(taps[tap], count);
        }
      });
  ChannelRanges ranges;
  for (const ChannelTap& tap : taps) {
    for (const std::string& layer : tap.layers) {
      ranges[layer] = tap.ranges;
    }
  }
  return ranges;
}

}  // namespace caloquant
