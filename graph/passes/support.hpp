#pragma once

#include <cstdint>

#include "graph/ir/graph.hpp"

namespace caloquant {

// What the conditions and rewritings of several passes have in common.

/// Tensors that a pass makes stay below this; what would be larger is left as it is.
inline constexpr std::int64_t largest_constant = std::int64_t{1} << 26;

[[nodiscard]] inline NodeId id_of(const Graph& graph, const Node& node) {
  return static_cast<NodeId>(&node - graph.nodes().data());
}

/// One node reads the value, and it is no graph output.
[[nodiscard]] inline bool read_once(const Graph& graph, ValueId value) {
  return graph.consumers(value).size() == 1 && !graph.is_output(value);
}

/// Of a Conv or Dense: weights, and the bias if there is one.
[[nodiscard]] inline bool has_constant_weights(const Graph& graph, const Node& layer) {
  return graph.constant(layer, 1) != nullptr &&
         (layer.inputs.size() < 3 || graph.constant(layer, 2) != nullptr);
}

/// The f32 vector [C] as [count * C], `count` times one behind the other.
[[nodiscard]] Tensor tiled(const Tensor& vector, std::int64_t count);

}  // namespace caloquant
