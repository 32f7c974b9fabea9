#pragma once

#include "calibration/collect/collect.hpp"
#include "graph/passes/equalize_channels.hpp"

namespace caloquant {

struct ChannelRangeOptions {
  EventRange events;
  std::int64_t batch = 8;
  std::function<void(std::int64_t done)> progress = {};  ///< as in CollectOptions
  EngineOptions engine = {};
};

/// Runs the canonical fp32 graph over the events: max |x| of each channel of the src of every layer
/// with constant weights, a Dense only where channels are axis 1. Depends neither on batches nor on
/// threads.
[[nodiscard]] ChannelRanges collect_channel_ranges(const Graph& graph, const InputFiller& fill,
                                                   const ChannelRangeOptions& options);

}  // namespace caloquant
