#pragma once

#include <string>

#include "graph/ir/graph.hpp"

namespace caloquant {

/// SHA-256 over all that a network computes from: operators, connections, names, units, bytes of
/// constants. For networks that have no file; of one from a file it is not the hash of that file.
[[nodiscard]] std::string sha256_of_graph(const Graph& graph);

}  // namespace caloquant
