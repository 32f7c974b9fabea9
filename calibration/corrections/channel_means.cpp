#include "calibration/corrections/channel_means.hpp"

#include <cmath>
#include <numeric>
#include <utility>

namespace caloquant {
namespace {

/// Sums by channel of the dst [batch, C, spatial...] of one layer.
struct DstTap {
  std::string layer;
  std::int64_t places = 0;  ///< of one channel
  std::vector<double> sums;

  template <typename Add>
  void add(const float* values, std::int64_t events, const Add& with) {
    for (std::int64_t event = 0; event < events; ++event) {
      for (double& sum : sums) {
        sum = std::accumulate(values, values + places, sum, with);
        values += places;
      }
    }
  }
};

DstTap make_dst_tap(const Graph& graph, const Node& node) {
  const Shape& shape = graph.value(node.output).shape;
  return {node.name, element_count(Shape(shape.begin() + 2, shape.end())),
          std::vector<double>(static_cast<std::size_t>(shape[1]), 0.0)};
}

using ByLayer = std::map<std::string, std::vector<double>>;

/// Means of what `with` adds to a sum for every value.
template <typename Add>
ByLayer means_of(const Graph& graph, const std::vector<std::string>& layers,
                 const InputFiller& fill, const ChannelMeansOptions& options, const Add& with) {
  CALOQUANT_EXPECT(options.events.size() > 0);
  std::vector<DstTap> taps;
  std::vector<SweptValue> values;
  for (const std::string& layer : layers) {
    const Node* node = graph.find(layer);
    CALOQUANT_EXPECT(node != nullptr);
    taps.push_back(make_dst_tap(graph, *node));
    values.push_back({"dst of " + layer, node->output});
  }
  sweep_values(
      graph, values, fill,
      {options.events, batch_for(options.batch, options.events), options.engine, options.progress},
      [&](std::int64_t, std::int64_t count, std::span<const std::span<const float>> seen) {
        for (std::size_t tap = 0; tap < taps.size(); ++tap) {
          taps[tap].add(seen[tap].data(), count, with);
        }
      });
  ByLayer means;
  for (DstTap& tap : taps) {
    for (double& sum : tap.sums) {
      sum /= static_cast<double>(options.events.size() * tap.places);
    }
    means[tap.layer] = std::move(tap.sums);
  }
  return means;
}

}  // namespace

ByLayer channel_means(const Graph& graph, const std::vector<std::string>& layers,
                      const InputFiller& fill, const ChannelMeansOptions& options) {
  return means_of(graph, layers, fill, options,
                  [](double sum, float value) { return sum + static_cast<double>(value); });
}

ByLayer channel_sizes(const Graph& graph, const std::vector<std::string>& layers,
                      const InputFiller& fill, const ChannelMeansOptions& options) {
  ByLayer sizes = means_of(graph, layers, fill, options, [](double sum, float value) {
    return sum + static_cast<double>(value) * static_cast<double>(value);
  });
  for (auto& [layer, channels] : sizes) {
    for (double& size : channels) {
      size = std::sqrt(size);
    }
  }
  return sizes;
}

}  // namespace caloquant
