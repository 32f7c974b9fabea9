#include "graph/io/tensorflow/tensorflow_reader.hpp"

#include <array>
#include <optional>

#include "graph/io/onnx/onnx_reader.hpp"
#include "graph/io/onnx/topology.hpp"
#include "graph/io/tensorflow/restore_keys.hpp"
#include "graph/io/tensorflow/translation.hpp"
#include "ops/core/input_file.hpp"

namespace caloquant {

namespace fs = std::filesystem;

namespace {

onnx::Model translated(const tensorflow::FlatProgram& flat, const tensorflow::Variables* variables,
                       ImportedLayers* layers) {
  tensorflow::Translation translation(flat, variables);
  onnx::Model model = translation.run();
  if (layers != nullptr) {
    *layers = translation.layers();
  }
  return model;
}

/// From tensors of the ONNX model to values of the graph.
Graph imported(const onnx::Model& model, ImportedLayers* layers) {
  onnx::ImportedModel result = onnx::import_with_names(model);
  if (layers != nullptr) {
    for (ImportedLayer& layer : *layers) {
      const auto found = result.nodes.find(layer.value);
      layer.value = found == result.nodes.end() ? "" : found->second;
    }
  }
  return std::move(result.graph);
}

}  // namespace

bool is_saved_model(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path / "saved_model.pb", error);
}

bool looks_like_graph_def(const fs::path& file) {
  // Field 1, a message: the first node. ONNX and SavedModel begin with a number.
  const std::optional<InputFile> bytes = InputFile::find(file);
  std::array<char, 1> first{};
  return bytes && bytes->read(0, first) == 1 && first[0] == 0x0A;
}

onnx::Model saved_model_as_onnx(const fs::path& folder, ImportedLayers* layers) {
  const tensorflow::Program program = tensorflow::read_saved_model_file(folder / "saved_model.pb");
  const tensorflow::FlatProgram flat = tensorflow::inline_functions(program);
  std::optional<tensorflow::Variables> variables;
  if (is_there(folder / "variables" / "variables.index")) {
    variables.emplace(folder / "variables", tensorflow::restore_keys(program));
  }
  return translated(flat, variables ? &*variables : nullptr, layers);
}

onnx::Model graph_def_as_onnx(const fs::path& file, ImportedLayers* layers) {
  return translated(tensorflow::inline_functions(tensorflow::read_graph_def_file(file)), nullptr,
                    layers);
}

Graph read_saved_model(const fs::path& folder, ImportedLayers* layers) {
  return imported(saved_model_as_onnx(folder, layers), layers);
}

Graph read_graph_def(const fs::path& file, ImportedLayers* layers) {
  return imported(graph_def_as_onnx(file, layers), layers);
}

}  // namespace caloquant
