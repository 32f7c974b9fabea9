#pragma once

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <vector>

#include "graph/ir/graph.hpp"

namespace caloquant {

/// Channels of the place that must have one factor, by their smallest member.
class ChannelClasses {
 public:
  explicit ChannelClasses(std::size_t channels) : parents_(channels) {
    std::iota(parents_.begin(), parents_.end(), std::size_t{0});
  }
  [[nodiscard]] std::size_t find(std::size_t channel) const {
    while (parents_[channel] != channel) {
      channel = parents_[channel];
    }
    return channel;
  }
  void unite(std::size_t a, std::size_t b) {
    const std::size_t root_a = find(a);
    const std::size_t root_b = find(b);
    parents_[std::max(root_a, root_b)] = std::min(root_a, root_b);
  }
  [[nodiscard]] std::size_t size() const { return parents_.size(); }

 private:
  std::vector<std::size_t> parents_;
};

/// For each channel of a value a channel of the place with the same factor.
using Channels = std::vector<std::size_t>;

struct ChannelReader {
  NodeId node{};
  Channels channels;  ///< of its src
};

/// Cells of one channel of [N, C, ...].
[[nodiscard]] std::int64_t cells_per_channel(const Shape& shape);

/// Has the node an Affine's, a Conv's or a Dense's constants, all f32 and known, so that they may
/// be scaled by channel? `src_or_dst` is the shape of the value whose channels they belong to.
[[nodiscard]] bool has_scalable_constants(const Graph& graph, const Node& node,
                                          const Shape& src_or_dst);

/// Follows a value through what commutes with positive factors per channel to the nodes that can
/// take them, and unites channels that become one on the way. False where a way ends at a graph
/// output or at any other operator.
[[nodiscard]] bool find_channel_readers(const Graph& graph, ValueId value, const Channels& channels,
                                        ChannelClasses& classes,
                                        std::vector<ChannelReader>& readers);

}  // namespace caloquant
