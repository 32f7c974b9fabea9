#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "graph/exec/lowered_graph.hpp"

namespace caloquant {

/// Permutation from plain to channels-last memory: axis k of the one is axis [k] of the other.
[[nodiscard]] std::vector<std::int64_t> channels_last_axes(std::size_t rank);
/// And back.
[[nodiscard]] std::vector<std::int64_t> plain_axes_from_channels_last(std::size_t rank);

/// What a layer's src is rounded to; none: f32.
[[nodiscard]] std::optional<QuantParams> src_quant(const Node& node);

/// The lane in which a tensor is packed.
[[nodiscard]] direct::Lane lane_of(const std::optional<QuantParams>& quant, direct::Lane int8_lane);

/// Which memory order an operator computes in.
class Layouts {
 public:
  explicit Layouts(const Graph& graph);
  [[nodiscard]] Layout of(ValueId value) const;
  /// The order in which `node` wants its inputs and gives its output.
  [[nodiscard]] Layout of_node(const Node& node) const;

 private:
  const Graph& graph_;
  std::map<ValueId, Layout> layouts_;
};

}  // namespace caloquant
