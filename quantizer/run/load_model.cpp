#include "quantizer/run/load_model.hpp"

#include <array>
#include <fstream>

#include "graph/io/keras_reader.hpp"
#include "graph/io/native_format.hpp"
#include "graph/io/onnx/onnx_reader.hpp"
#include "graph/io/onnx/proto/read_model.hpp"
#include "graph/ir/editor.hpp"
#include "graph/passes/pass.hpp"

namespace caloquant {
namespace {

Graph with_units(Graph graph, const OutputConfig& output) {
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

Graph read_model_file(const ModelConfig& config) {
  // ONNX has no signature: the name decides where the first bytes leave it open.
  const bool onnx = onnx::looks_like_onnx(config.file) || config.file.extension() == ".onnx";
  if (config.architecture.empty() && onnx && !is_hdf5(config.file)) {
    return read_onnx(config.file);
  }
  return read_keras({config.architecture, config.file.empty() ? config.weights : config.file,
                     config.random_weights});
}

}  // namespace

Graph read_fp32_model(const ModelConfig& config) {
  return with_units(read_model_file(config), config.output);
}

LoadedModel load_fp32_model(const ModelConfig& config, const GraphConfig& graph) {
  LoadedModel model;
  for (const auto* file : {&config.file, &config.architecture, &config.weights}) {
    if (!file->empty()) {
      model.files.push_back(*file);
    }
  }
  model.graph = canonicalize(read_fp32_model(config), graph.disabled_passes);
  return model;
}

LoadedModel load_model_file(const std::filesystem::path& file, const GraphConfig& graph) {
  if (!is_native(file)) {
    ModelConfig config;
    config.file = file;
    return load_fp32_model(config, graph);
  }
  NativeModel native = read_native(file);
  verify_samples(native, file);
  return {std::move(native.graph), {file}, true};
}

}  // namespace caloquant
