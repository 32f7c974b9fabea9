#pragma once

#include <caloquant/config.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "graph/ir/graph.hpp"

namespace caloquant {

/// A model ready to be executed: canonical, with its output units.
struct LoadedModel {
  Graph graph;
  std::vector<std::filesystem::path> files;  ///< what it was read from
  bool quantized = false;                    ///< read from quantized.h5
};

/// The fp32 model of a config. Throws ModelError.
[[nodiscard]] LoadedModel load_fp32_model(const ModelConfig& config);

/// A `quantized.h5`, whose samples are verified, or a full Keras file. Throws ModelError.
[[nodiscard]] LoadedModel load_model_file(const std::filesystem::path& file);

}  // namespace caloquant
