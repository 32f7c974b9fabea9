#pragma once

#include "graph/io/onnx/model.hpp"

namespace caloquant::onnx {

/// Checks the names of a graph and sorts its nodes topologically, keeping their order where it is
/// right. Throws ModelError naming the node for a value that is computed twice or by nothing, and
/// for a cycle.
void sort_nodes(Model& model);

}  // namespace caloquant::onnx
