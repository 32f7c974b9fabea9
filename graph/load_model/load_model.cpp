#include "graph/load_model/load_model.hpp"

#include <algorithm>
#include <array>
#include <caloquant/error.hpp>

#include "graph/io/keras/reader.hpp"
#include "graph/io/native/native_format.hpp"
#include "graph/io/onnx/onnx_reader.hpp"
#include "graph/io/onnx/proto/read_model.hpp"
#include "graph/io/tensorflow/tensorflow_reader.hpp"
#include "graph/ir/editor.hpp"
#include "graph/passes/pass.hpp"
#include "ops/core/input_file.hpp"

namespace caloquant {
namespace {

Graph with_units(Graph graph, const EnergyUnits& output) {
  if (output == EnergyUnits{}) {
    return graph;
  }
  GraphEditor editor(std::move(graph));
  editor.set_output_units(output);
  return editor.finish();
}

/// HDF5 says so in its first bytes, or behind a user block.
bool is_hdf5(const std::filesystem::path& file) {
  constexpr std::array<char, 8> signature{'\x89', 'H', 'D', 'F', '\r', '\n', '\x1a', '\n'};
  const std::optional<InputFile> bytes = InputFile::find(file);
  std::array<char, 8> head{};
  for (std::uint64_t at = 0; bytes && bytes->read(at, head) == head.size();
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
Graph ready_to_run(const Graph& network, const std::vector<std::string>& disabled) {
  return run_passes(network, canonical_passes(),
                    is_quantized(network) ? optional_pass_names() : disabled);
}

/// A network as its file has it.
struct Network {
  ImportedModel imported;
  std::shared_ptr<const SecondOpinion> opinion;  ///< null: nobody has one
};

/// `layers` with the graph's values in place of those of the ONNX model that a reader made.
ImportedLayers in_graph(ImportedLayers layers, const onnx::ImportedModel& imported) {
  for (ImportedLayer& layer : layers) {
    const auto found = imported.nodes.find(layer.value);
    layer.value = found == imported.nodes.end() ? "" : found->second;
  }
  return layers;
}

/// `layers`: of the framework in front of the ONNX model, or nothing.
Network import_network(onnx::Model model, std::optional<ImportedLayers> layers,
                       const ModelConfig& config, const std::vector<std::string>& disabled) {
  onnx::ImportedModel imported = onnx::import_with_names(model);
  Network network;
  network.imported.graph = imported.graph;
  network.imported.layers =
      layers ? in_graph(*std::move(layers), imported) : onnx::layers_of(model, imported);
  if (config.import_check) {
    Graph ready = ready_to_run(imported.graph, disabled);
    network.opinion = std::make_shared<const SecondOpinion>(std::move(model), std::move(imported),
                                                            std::move(ready));
  }
  return network;
}

Graph read_native_graph(const std::filesystem::path& file) {
  NativeModel native = read_native(file);
  verify_samples(native, file);
  return std::move(native.graph);
}

/// Formats are told by several openings of the same file: what is none is refused before them.
void expect_file(const std::filesystem::path& file) {
  std::error_code failure;
  if (!file.empty() && std::filesystem::exists(file, failure) &&
      !std::filesystem::is_directory(file, failure)) {
    (void)InputFile::open(file, ErrorKind::model);
  }
}

/// What caloquant wrote has no framework to be compared with.
bool is_native_source(const ModelConfig& config) {
  return config.architecture.empty() && !is_folder(config.file) && is_native(config.file);
}

/// A file that may be Keras: HDF5, or a zip archive. Throws ModelError for all that is no model.
void expect_keras(const std::filesystem::path& file) {
  constexpr const char* known =
      "quantized.h5, Keras HDF5, a .keras archive, a SavedModel folder, a frozen GraphDef and ONNX "
      "are read";
  if (is_folder(file)) {
    throw ModelError(file.string(), "is a folder without saved_model.pb", known);
  }
  std::array<char, 2> head{};
  (void)InputFile::open(file, ErrorKind::model).read(0, head);
  if (!is_hdf5(file) && head != std::array{'P', 'K'}) {
    throw ModelError(file.string(), "is no model of a known format", known);
  }
}

/// By what the file says of itself.
Network read_network(const ModelConfig& config, const std::vector<std::string>& disabled) {
  for (const auto* file : {&config.file, &config.architecture, &config.weights}) {
    expect_file(*file);
  }
  Network network;
  ImportedLayers layers;
  if (config.architecture.empty() && is_saved_model(config.file)) {
    onnx::Model model = saved_model_as_onnx(config.file, &layers);
    return import_network(std::move(model), std::move(layers), config, disabled);
  }
  if (config.architecture.empty() && looks_like_graph_def(config.file)) {
    onnx::Model model = graph_def_as_onnx(config.file, &layers);
    return import_network(std::move(model), std::move(layers), config, disabled);
  }
  if (config.architecture.empty() && is_onnx(config.file)) {
    return import_network(onnx::read_model(config.file), std::nullopt, config, disabled);
  }
  if (config.architecture.empty() && is_native(config.file)) {
    network.imported.graph = read_native_graph(config.file);
    return network;
  }
  if (!config.file.empty()) {
    expect_keras(config.file);
  }
  network.imported.graph =
      read_keras({config.architecture, config.file.empty() ? config.weights : config.file,
                  config.random_weights},
                 &network.imported.layers);
  return network;
}

std::optional<onnx::ImportCheck> checked(const Network& network) {
  return network.opinion ? std::optional(network.opinion->check()) : std::nullopt;
}

/// A network with its output units, ready to run: with LoadedModel::imported where a framework
/// stands behind it, its import checked or to be checked.
LoadedModel loaded(Network network, const ModelConfig& config, const GraphConfig& graph,
                   CheckTime when) {
  LoadedModel model;
  network.imported.graph = with_units(std::move(network.imported.graph), config.output);
  model.quantized = is_quantized(network.imported.graph);
  if (when == CheckTime::at_once) {
    model.import_check = checked(network);
  } else {
    model.opinion = network.opinion;
  }
  model.graph = ready_to_run(network.imported.graph, graph.disabled_passes);
  model.imported = std::make_shared<const ImportedModel>(std::move(network.imported));
  return model;
}

}  // namespace

Graph read_model(const ModelConfig& config, std::optional<onnx::ImportCheck>* check) {
  Network network = read_network(config, {});
  const auto found = checked(network);
  if (check != nullptr) {
    *check = found;
  }
  return with_units(std::move(network.imported.graph), config.output);
}

LoadedModel load_fp32_with_import(const ModelConfig& config, const GraphConfig& graph,
                                  CheckTime when) {
  std::vector<std::filesystem::path> files;
  for (const auto* file : {&config.file, &config.architecture, &config.weights}) {
    if (!file->empty()) {
      files.push_back(*file);
    }
  }
  Network network = read_network(config, graph.disabled_passes);
  if (is_quantized(network.imported.graph)) {
    throw ModelError(files.front().string(), "is quantized already",
                     "give the fp32 model that it was made from");
  }
  LoadedModel model = loaded(std::move(network), config, graph, when);
  model.files = std::move(files);
  if (is_native_source(config)) {
    model.imported.reset();
  }
  return model;
}

std::vector<std::filesystem::path> model_files(const ModelConfig& config) {
  std::vector<std::filesystem::path> files;
  for (const auto* file : {&config.file, &config.architecture, &config.weights}) {
    if (!file->empty()) {
      files.push_back(*file);
    }
  }
  std::error_code failure;
  if (std::filesystem::is_regular_file(config.file, failure) && is_onnx(config.file)) {
    const auto external = onnx::external_files(config.file);
    files.insert(files.end(), external.begin(), external.end());
  }
  return files;
}

LoadedModel load_model_file(const std::filesystem::path& file, const GraphConfig& graph,
                            CheckTime when) {
  LoadedModel model = load_file_with_import(file, graph, when);
  model.imported.reset();
  return model;
}

LoadedModel load_file_with_import(const std::filesystem::path& file, const GraphConfig& graph,
                                  CheckTime when) {
  ModelConfig config;
  config.file = file;
  Network network = read_network(config, graph.disabled_passes);
  LoadedModel model;
  if (is_native(file)) {
    model.graph = std::move(network.imported.graph);
    model.quantized = is_quantized(model.graph);
  } else {
    model = loaded(std::move(network), config, graph, when);
  }
  model.files = {file};
  return model;
}

LoadedModel load_onnx_bytes(std::span<const std::byte> bytes, const std::string& name,
                            const GraphConfig& graph) {
  const ModelConfig config;
  return loaded(
      import_network(onnx::read_model(bytes, name), std::nullopt, config, graph.disabled_passes),
      config, graph, CheckTime::at_once);
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
