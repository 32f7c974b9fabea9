#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "calibration/collect/collect.hpp"

namespace caloquant {

struct ChannelMeansOptions {
  EventRange events;
  std::int64_t batch = 8;
  EngineOptions engine{};
  std::function<void(std::int64_t done)> progress{};  ///< SweepOptions::progress
};

/// Mean of every output channel of the named layers, bias included and before the activation, over
/// all events and places; by layer name.
[[nodiscard]] std::map<std::string, std::vector<double>> channel_means(
    const Graph& graph, const std::vector<std::string>& layers, const InputFiller& fill,
    const ChannelMeansOptions& options);

/// The same of squares, and the root of it: how large the sums of a channel are.
[[nodiscard]] std::map<std::string, std::vector<double>> channel_sizes(
    const Graph& graph, const std::vector<std::string>& layers, const InputFiller& fill,
    const ChannelMeansOptions& options);

}  // namespace caloquant
