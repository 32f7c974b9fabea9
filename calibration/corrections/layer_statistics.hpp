#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "calibration/collect.hpp"

namespace caloquant {

/// Second moments of what one layer multiplies with its weights: the patches of its f32 src, in the
/// order of a row of weights [I, taps...], K values each.
struct LayerStatistics {
  std::int64_t width = 0;    ///< K
  std::int64_t rows = 0;     ///< patches seen
  std::vector<double> gram;  ///< [K, K], mean of x_i * x_j
  std::vector<double> mean;  ///< [K], mean of x_i
};

/// By layer name; layers with groups or without constant weights are left out.
using StatisticsTable = std::map<std::string, LayerStatistics>;

struct StatisticsOptions {
  EventRange events;
  std::int64_t batch = 8;
  std::uint64_t seed = 1;  ///< of the places that are looked at
  EngineOptions engine{};
};

/// Runs the canonical fp32 graph over the events and looks at as many places of each layer as its K
/// needs (8 K, at least 4096, spread evenly over the events), drawn at random by (seed, event).
[[nodiscard]] StatisticsTable collect_statistics(const Graph& graph, const InputFiller& fill,
                                                 const StatisticsOptions& options);

}  // namespace caloquant
