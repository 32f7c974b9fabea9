#pragma once

#include "graph/exec/lowered_graph.hpp"

namespace caloquant {

/// What a step does for a node that has no integer format: f32 in this layout. Throws ModelError
/// for an operator that cannot be executed.
[[nodiscard]] Work f32_work(const Graph& graph, const Node& node, Layout layout);

/// A padding of a tensor in that format: with 0, or with the zero point of integers.
[[nodiscard]] PadWork pad_work(const Pad& pad, const StorageFormat& format);

}  // namespace caloquant
