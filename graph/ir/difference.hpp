#pragma once

#include <string>

#include "graph/ir/graph.hpp"

namespace caloquant {

/// Where two graphs differ in nodes, operators, connections, constants or interface ("layer 'a' has
/// another operator"); empty when they are the same.
[[nodiscard]] std::string difference(const Graph& a, const Graph& b);

}  // namespace caloquant
