#pragma once

#include <caloquant/config.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "graph/ir/graph.hpp"

namespace caloquant {

/// A model ready to be executed: canonical, but for the passes that are switched off, with its
/// output units.
struct LoadedModel {
  Graph graph;
  std::vector<std::filesystem::path> files;  ///< what it was read from
  bool quantized = false;                    ///< read from quantized.h5
};

/// The network of a config as its file has it, with its output units. Throws ModelError.
[[nodiscard]] Graph read_fp32_model(const ModelConfig& config);

/// The fp32 model of a config. Throws ModelError.
[[nodiscard]] LoadedModel load_fp32_model(const ModelConfig& config, const GraphConfig& graph);

/// A `quantized.h5`, whose samples are verified and whose graph is as it was written, or a full
/// Keras or ONNX file: told apart by their content. Throws ModelError.
[[nodiscard]] LoadedModel load_model_file(const std::filesystem::path& file,
                                          const GraphConfig& graph);

}  // namespace caloquant
