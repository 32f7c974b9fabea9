#include "quantizer/run/load_model.hpp"

#include <algorithm>
#include <array>
#include <caloquant/error.hpp>
#include <fstream>

#include "graph/io/keras_reader.hpp"
#include "graph/io/native_format.hpp"
#include "graph/io/onnx/onnx_reader.hpp"
#include "graph/io/onnx/proto/read_model.hpp"
#include "graph/io/tensorflow/tensorflow_reader.hpp"
#include "graph/ir/editor.hpp"
#include "graph/passes/pass.hpp"
#include "quantizer/verify/verify_model.hpp"

namespace caloquant {
namespace {

Graph with_units(Graph graph, const OutputConfig& output) {
  if (output == OutputConfig{}) {
    return graph;
  }
  GraphEditor editor(std::move(graph));
  editor.set_output_units({output.scale, output.power});
  return editor.finish();
}

/// HDF5 says so in its first bytes, or behind a user block.
bool is_hdf5(const std::filesystem::path& file) {
  constexpr std::array<char, 8> signature{'\x89', 'H', 'D', 'F', '\r', '\n', '\x1a', '\n'};
  std::ifstream stream(file, std::ios::binary);
  std::array<char, 8> head{};
  for (std::streamoff at = 0; stream.seekg(at) && stream.read(head.data(), head.size());
       at = at == 0 ? 512 : at * 2) {
    if (head == signature) {
      return true;
    }
  }
  return false;
}

/// ONNX has no signature: the name decides where the first bytes leave it open.
bool is_onnx(const std::filesystem::path& file) {
  return (onnx::looks_like_onnx(file) || file.extension() == ".onnx") && !is_hdf5(file);
}

bool is_quantized(const Graph& graph) {
  return std::ranges::any_of(graph.nodes(),
                             [](const Node& node) { return node.quant.has_value(); });
}

/// A quantized network stays as it was written, but for what no executor can do.
LoadedModel ready_to_run(ImportedModel imported, const GraphConfig& graph) {
  LoadedModel model;
  model.quantized = is_quantized(imported.graph);
  model.graph = run_passes(imported.graph, canonical_passes(),
                           model.quantized ? optional_pass_names() : graph.disabled_passes);
  model.imported = std::make_shared<const ImportedModel>(std::move(imported));
  return model;
}

Graph read_native_graph(const std::filesystem::path& file) {
  NativeModel native = read_native(file);
  verify_samples(native, file);
  return std::move(native.graph);
}

/// What caloquant wrote has no framework to be compared with.
bool is_native_source(const ModelConfig& config) {
  return config.architecture.empty() && !std::filesystem::is_directory(config.file) &&
         is_native(config.file);
}

/// A file that may be Keras: HDF5, or a zip archive. Throws ModelError for all that is no model.
void expect_keras(const std::filesystem::path& file) {
  constexpr const char* known =
      "quantized.h5, Keras HDF5, a .keras archive, a SavedModel folder, a frozen GraphDef and ONNX "
      "are read";
  if (std::filesystem::is_directory(file)) {
    throw ModelError(file.string(), "is a folder without saved_model.pb", known);
  }
  std::ifstream stream(file, std::ios::binary);
  if (!stream) {
    throw ModelError(file.string(), "there is no such file, or it cannot be read",
                     "check the path and its permissions");
  }
  std::array<char, 2> head{};
  stream.read(head.data(), head.size());
  if (!is_hdf5(file) && head != std::array{'P', 'K'}) {
    throw ModelError(file.string(), "is no model of a known format", known);
  }
}

}  // namespace

Graph read_model(const ModelConfig& config, ImportedLayers* layers) {
  Graph graph;
  if (config.architecture.empty() && is_saved_model(config.file)) {
    graph = read_saved_model(config.file, layers);
  } else if (config.architecture.empty() && looks_like_graph_def(config.file)) {
    graph = read_graph_def(config.file, layers);
  } else if (config.architecture.empty() && is_onnx(config.file)) {
    graph = read_onnx(config.file, layers);
  } else if (config.architecture.empty() && is_native(config.file)) {
    graph = read_native_graph(config.file);
  } else {
    if (!config.file.empty()) {
      expect_keras(config.file);
    }
    graph = read_keras({config.architecture, config.file.empty() ? config.weights : config.file,
                        config.random_weights},
                       layers);
  }
  return with_units(std::move(graph), config.output);
}

LoadedModel load_fp32_model(const ModelConfig& config, const GraphConfig& graph) {
  LoadedModel model = load_fp32_with_import(config, graph);
  model.imported.reset();
  return model;
}

LoadedModel load_fp32_with_import(const ModelConfig& config, const GraphConfig& graph) {
  LoadedModel model;
  for (const auto* file : {&config.file, &config.architecture, &config.weights}) {
    if (!file->empty()) {
      model.files.push_back(*file);
    }
  }
  ImportedModel imported;
  imported.graph = read_model(config, &imported.layers);
  if (is_quantized(imported.graph)) {
    throw ModelError(model.files.front().string(), "is quantized already",
                     "give the fp32 model that it was made from");
  }
  model.graph = canonicalize(imported.graph, graph.disabled_passes);
  if (!is_native_source(config)) {
    model.imported = std::make_shared<const ImportedModel>(std::move(imported));
  }
  if (!config.expected.empty()) {
    model.verified = require_expected(model, config.expected);
    model.files.push_back(config.expected);
  }
  return model;
}

LoadedModel load_model_file(const std::filesystem::path& file, const GraphConfig& graph) {
  LoadedModel model = load_file_with_import(file, graph);
  model.imported.reset();
  return model;
}

LoadedModel load_file_with_import(const std::filesystem::path& file, const GraphConfig& graph) {
  ModelConfig config;
  config.file = file;
  ImportedModel imported;
  imported.graph = read_model(config, &imported.layers);
  if (is_native_source(config)) {
    LoadedModel model;
    model.graph = std::move(imported.graph);
    model.files = {file};
    model.quantized = is_quantized(model.graph);
    return model;
  }
  LoadedModel model = ready_to_run(std::move(imported), graph);
  model.files = {file};
  return model;
}

LoadedModel load_onnx_bytes(std::span<const std::byte> bytes, const std::string& name,
                            const GraphConfig& graph) {
  ImportedModel imported;
  const onnx::Model model = onnx::read_model(bytes, name);
  onnx::ImportedModel read = onnx::import_with_names(model);
  imported.layers = onnx::layers_of(model, read);
  imported.graph = std::move(read.graph);
  return ready_to_run(std::move(imported), graph);
}

Graph graph_beside(const LoadedModel& model, const Graph& parent) {
  if (model.quantized) {
    return model.graph;
  }
  GraphEditor editor(model.graph);
  editor.set_output_units(parent.output_units());
  return editor.finish();
}

}  // namespace caloquant
