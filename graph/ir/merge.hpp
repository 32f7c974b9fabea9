#pragma once

#include <vector>

#include "graph/ir/graph.hpp"

namespace caloquant {

/// One graph that computes the outputs of all, in order, from the same inputs. Nodes that compute
/// the same (operator, inputs, quantization, the very same constants) are there once, so variants
/// of one network share everything in front of their first difference.
/// All graphs must have the inputs of the first (names and shapes).
[[nodiscard]] Graph merge_graphs(const std::vector<Graph>& graphs);

}  // namespace caloquant
