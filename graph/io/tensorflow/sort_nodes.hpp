#pragma once

#include <string>
#include <vector>

#include "graph/io/tensorflow/program.hpp"

namespace caloquant::tensorflow {

/// The nodes of a flat program in topological order (Kahn). Throws ModelError with `file` and a
/// node where they form a cycle.
[[nodiscard]] std::vector<Node> sort_nodes(std::vector<Node> nodes, const std::string& file);

}  // namespace caloquant::tensorflow
