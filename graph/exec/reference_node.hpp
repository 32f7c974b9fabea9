#pragma once

#include <span>

#include "graph/ir/graph.hpp"

namespace caloquant {

/// One node as the reference executor computes it; inputs in the order of the node. Throws
/// ModelError with the layer when a quantized node's sums leave 32 bits.
[[nodiscard]] Tensor reference_node(const Node& node, std::span<const Tensor* const> inputs);

}  // namespace caloquant
