#include "calibration/corrections/channel_ranges.hpp"

#include <algorithm>
#include <cmath>

#include "ops/core/thread_count.hpp"

namespace caloquant {
namespace {

/// One tensor that layers read.
struct ChannelTap {
  ValueId value{};
  std::vector<std::string> layers;
  std::vector<float> ranges;
};

std::vector<ChannelTap> channel_taps(const Graph& graph) {
  std::vector<ChannelTap> taps;
  for (const Node& node : graph.nodes()) {
    const bool is_conv = std::holds_alternative<Conv>(node.op);
    if (!is_quantizable(node.op) || graph.constant(node, 1) == nullptr ||
        (!is_conv && graph.value(node.inputs[0]).shape.size() != 2)) {
      continue;
    }
    auto tap = std::ranges::find(taps, node.inputs[0], &ChannelTap::value);
    if (tap == taps.end()) {
      const auto channels = static_cast<std::size_t>(graph.value(node.inputs[0]).shape[1]);
      taps.push_back({node.inputs[0], {}, std::vector<float>(channels, 0.0F)});
      tap = std::prev(taps.end());
    }
    tap->layers.push_back(node.name);
  }
  return taps;
}

/// Widens the ranges by the first `count` events of a batch of values [batch, C, ...].
void widen(ChannelTap& tap, std::span<const float> values, std::int64_t count, std::int64_t batch) {
  const std::size_t per_event = values.size() / static_cast<std::size_t>(batch);
  const std::size_t cells = per_event / tap.ranges.size();
  for (std::size_t i = 0; i < per_event * static_cast<std::size_t>(count); i += cells) {
    float& range = tap.ranges[i / cells % tap.ranges.size()];
    for (const float value : values.subspan(i, cells)) {
      range = std::max(range, std::fabs(value));
    }
  }
}

}  // namespace

ChannelRanges collect_channel_ranges(const Graph& graph, const InputFiller& fill,
                                     const ChannelRangeOptions& options) {
  CALOQUANT_EXPECT(options.batch >= 1);
  const std::int64_t batch = batch_for(options.batch, options.events);
  std::vector<ChannelTap> taps = channel_taps(graph);
  if (taps.empty()) {
    return {};
  }
  std::vector<SweptValue> values;
  values.reserve(taps.size());
  for (const ChannelTap& tap : taps) {
    values.push_back({"src of " + tap.layers.front(), tap.value});
  }
  sweep_values(graph, values, fill, {options.events, batch, options.engine, options.progress},
               [&](std::int64_t, std::int64_t count, std::span<const std::span<const float>> seen) {
#pragma omp parallel for num_threads(team_size()) schedule(dynamic)
                 for (std::size_t tap = 0; tap < taps.size(); ++tap) {
                   widen(taps[tap], seen[tap], count, batch);
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
