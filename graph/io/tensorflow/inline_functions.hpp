#pragma once

#include <string>
#include <vector>

#include "graph/io/tensorflow/program.hpp"

namespace caloquant::tensorflow {

/// A program without functions: what its outputs need, in topological order. Inputs of nodes are
/// "node:index", control inputs are gone, names are unique.
struct FlatProgram {
  std::filesystem::path file;
  std::vector<Node> nodes;
  std::vector<Endpoint> inputs;   ///< placeholders
  std::vector<Endpoint> outputs;  ///< tensors "node:index"
};

/// Follows the signature "serving_default", or the only one that computes something, through all
/// function calls; without signatures the outputs are what no node reads and the inputs are the
/// placeholders. Throws ModelError naming node or function.
[[nodiscard]] FlatProgram inline_functions(const Program& program);

/// "node:index" in two.
struct TensorName {
  std::string node;
  std::size_t index = 0;
};
[[nodiscard]] TensorName parse_tensor_name(const std::string& text);

}  // namespace caloquant::tensorflow
