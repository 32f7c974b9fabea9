#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "graph/ir/graph.hpp"

namespace caloquant {

/// Which arrays of some files are the inputs of a network, and which its targets.
struct TensorMatch {
  std::vector<std::filesystem::path> files;    ///< with the inputs
  std::map<std::string, std::string> inputs;   ///< array by input; empty: files of one array each
  std::map<std::string, std::string> targets;  ///< array, or .npy file, by output; empty: none
  bool classes = false;                        ///< the only target is numbers of classes, [N]
  std::int64_t rows = 0;                       ///< events in all files
};

/// By name (the network's own, input_0) or else by shape. Throws DataError when a file holds no
/// array that fits an input, and for files that are neither inputs nor targets.
[[nodiscard]] TensorMatch match_tensors(const Graph& graph,
                                        const std::vector<std::filesystem::path>& files,
                                        bool follow_links);

}  // namespace caloquant
