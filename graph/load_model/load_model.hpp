#pragma once

#include <caloquant/model_config.hpp>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "graph/io/import/imported_layers.hpp"
#include "graph/ir/graph.hpp"
#include "graph/load_model/second_opinion.hpp"

namespace caloquant {

/// A network as its file has it, in front of any pass.
struct ImportedModel {
  Graph graph;
  ImportedLayers layers;
};

/// A model ready to be executed: canonical, but for the passes that are switched off, with its
/// output units.
struct LoadedModel {
  Graph graph;
  std::vector<std::filesystem::path> files;  ///< what it was read from
  bool quantized = false;                    ///< has a layer below fp32
  /// How the import was checked; empty for what is no ONNX or TensorFlow model, or without
  /// ModelConfig::import_check.
  std::optional<onnx::ImportCheck> import_check{};
  /// For a check that is still to come: see CheckTime::later.
  std::shared_ptr<const SecondOpinion> opinion{};
  /// What `graph` was made from, for verify(); it holds weights that passes have rewritten. Null
  /// where nobody asked for it, and for what caloquant wrote.
  std::shared_ptr<const ImportedModel> imported{};
};

/// When an import is checked: while loading, on seeded rows, or by the caller, on rows of data.
enum class CheckTime { at_once, later };

/// The network of a config as its file has it, with its output units: those of the config, else
/// (of what caloquant wrote) those of the file. What comes as ONNX or from TensorFlow is computed
/// twice (onnx::check_import), here and by all below; `check` gets what was found. Throws
/// ModelError.
[[nodiscard]] Graph read_model(const ModelConfig& config,
                               std::optional<onnx::ImportCheck>* check = nullptr);

/// The fp32 model of a config, with LoadedModel::imported; `config.expected` is not looked at (see
/// quantizer/verify/fp32_model.hpp). Throws ModelError, also for a network that is quantized
/// already.
[[nodiscard]] LoadedModel load_fp32_with_import(const ModelConfig& config, const GraphConfig& graph,
                                                CheckTime when = CheckTime::at_once);

/// A `quantized.h5`, whose samples are verified and whose graph is as it was written, or a full
/// Keras or ONNX file: told apart by their content. The graph of a quantized ONNX file stays as it
/// was written, too, but for what no executor can do. Throws ModelError.
[[nodiscard]] LoadedModel load_model_file(const std::filesystem::path& file,
                                          const GraphConfig& graph,
                                          CheckTime when = CheckTime::at_once);

/// The same with LoadedModel::imported.
[[nodiscard]] LoadedModel load_file_with_import(const std::filesystem::path& file,
                                                const GraphConfig& graph,
                                                CheckTime when = CheckTime::at_once);

/// An ONNX model in memory; as load_file_with_import(). `name` is its place in errors.
[[nodiscard]] LoadedModel load_onnx_bytes(std::span<const std::byte> bytes, const std::string& name,
                                          const GraphConfig& graph);

/// Every file, or folder, that reading the model of a config opens: external data of ONNX, too.
/// Those that cannot be read are left to the reading.
[[nodiscard]] std::vector<std::filesystem::path> model_files(const ModelConfig& config);

/// The graph of a model with its output units; those of `parent` for an fp32 model, whose file
/// carries none.
[[nodiscard]] Graph graph_beside(const LoadedModel& model, const Graph& parent);

}  // namespace caloquant
