#include "quantizer/run/load_model.hpp"

#include "graph/io/keras_reader.hpp"
#include "graph/io/native_format.hpp"
#include "graph/ir/editor.hpp"
#include "graph/passes/pass.hpp"

namespace caloquant {
namespace {

Graph with_units(Graph graph, const OutputConfig& output) {
  GraphEditor editor(std::move(graph));
  editor.set_output_units({output.scale, output.power});
  return editor.finish();
}

}  // namespace

LoadedModel load_fp32_model(const ModelConfig& config, const GraphConfig& graph) {
  LoadedModel model;
  for (const auto* file : {&config.file, &config.architecture, &config.weights}) {
    if (!file->empty()) {
      model.files.push_back(*file);
    }
  }
  const KerasSource source{config.architecture, config.file.empty() ? config.weights : config.file,
                           config.random_weights};
  model.graph = canonicalize(with_units(read_keras(source), config.output), graph.disabled_passes);
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
