#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "calibration/collect/collect.hpp"

namespace caloquant {

/// Second moments of what one layer multiplies with its weights: the patches of its f32 src, in the
/// order of a row of weights [I, taps...], K values each. Only moments within blocks of consecutive
/// weights (whole input channels) are kept: time and memory would grow with the third and second
/// power of K, and what a layer of thousands of weights gains by the rest is little.
struct LayerStatistics {
  std::int64_t width = 0;    ///< K
  std::int64_t block = 0;    ///< weights of a block; the last one may have fewer
  std::int64_t rows = 0;     ///< patches seen
  std::vector<double> gram;  ///< block after block [size, size], mean of x_i * x_j
  std::vector<double> mean;  ///< [K], mean of x_i

  /// Of the block that begins with weight `first`.
  [[nodiscard]] std::int64_t size_at(std::int64_t first) const {
    return std::min(block, width - first);
  }
  [[nodiscard]] const double* gram_at(std::int64_t first) const { return &gram[offset_at(first)]; }
  [[nodiscard]] double* gram_at(std::int64_t first) { return &gram[offset_at(first)]; }

 private:
  [[nodiscard]] std::size_t offset_at(std::int64_t first) const {
    return static_cast<std::size_t>(first * block);
  }
};

/// By layer name; layers with groups or without constant weights are left out.
using StatisticsTable = std::map<std::string, LayerStatistics>;

struct StatisticsOptions {
  EventRange events;
  std::int64_t batch = 8;
  std::uint64_t seed = 1;  ///< of the places that are looked at
  EngineOptions engine{};
  std::function<void(std::int64_t done)> progress{};  ///< SweepOptions::progress
};

/// Runs the canonical fp32 graph over the events and looks at as many places of each layer as its K
/// needs (8 for each weight of a block, at least 4096, spread evenly over the events), drawn at
/// random by (seed, event).
[[nodiscard]] StatisticsTable collect_statistics(const Graph& graph, const InputFiller& fill,
                                                 const StatisticsOptions& options);

}  // namespace caloquant
