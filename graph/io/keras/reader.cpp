#include "graph/io/keras/reader.hpp"

#include <caloquant/error.hpp>
#include <memory>
#include <string>

#include "graph/io/files/h5file.hpp"
#include "graph/io/files/zip_file.hpp"
#include "graph/io/keras/archive.hpp"
#include "graph/io/keras/builder.hpp"
#include "graph/io/keras/config.hpp"
#include "graph/io/keras/weights.hpp"
#include "graph/json/json.hpp"

namespace caloquant {
namespace {

/// HDF5 files of Keras 1 and 3 and of other backends mean other things by the same keys. (Archives,
/// also those of Keras 3, do not come here.)
void check_origin(const std::string& file, const std::string& version, const std::string& backend) {
  if (!version.empty() && version.rfind("2.", 0) != 0) {
    throw ModelError(file, "was written by Keras " + version + ", only Keras 2 can be read",
                     "save it in HDF5 format with TensorFlow before 2.16");
  }
  if (!backend.empty() && backend != "tensorflow") {
    throw ModelError(file,
                     "was written with the backend '" + backend + "', only tensorflow can be read");
  }
}

std::string text_or_empty(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

std::string attribute_or_empty(const H5File& file, const char* name) {
  return file.has_attribute("/", name) ? file.string_attribute("/", name) : std::string{};
}

KerasModel model_from_json(const std::string& text, const std::string& place) {
  const Json root = parse_json<ModelError>(text, place);
  int keras = 2;
  if (root.is_object()) {
    const std::string version = text_or_empty(root, "keras_version");
    check_origin(place, version, text_or_empty(root, "backend"));
    // Keras 2 writes its version; Keras 3 does not, but how the class is registered.
    keras = version.empty() && root.contains("registered_name") ? 3 : 2;
  }
  return parse_keras_model(root, place, keras);
}

KerasModel model_from(const H5File& file) {
  const std::string name = file.path().string();
  if (!file.has_attribute("/", "model_config")) {
    throw ModelError(name, "holds weights only (no attribute 'model_config')",
                     "give the architecture as JSON, as model.to_json() writes it");
  }
  return model_from_json(file.string_attribute("/", "model_config"), name);
}

Graph read_keras_archive_graph(const std::filesystem::path& file, ImportedLayers* layers) {
  KerasArchive archive = read_keras_archive(file);
  const std::string place = file.string() + ":config.json";
  const bool third = archive.version.rfind("3.", 0) == 0;
  if (!third && archive.version.rfind("2.", 0) != 0) {
    throw ModelError(file.string(),
                     archive.version.empty() ? "does not say which Keras wrote it"
                                             : "was written by Keras " + archive.version,
                     "archives of Keras 2 and 3 can be read");
  }
  const KerasModel model = parse_keras_model(archive.config, place, third ? 3 : 2);
  require_known_layers(model, place);
  const auto weights = keras_weights_from_archive(std::move(archive.weights), model);
  return build_keras_graph(model, *weights, place, layers);
}

}  // namespace

Graph read_keras(const KerasSource& source, ImportedLayers* layers) {
  if (source.architecture.empty() && looks_like_zip(source.weights)) {
    return read_keras_archive_graph(source.weights, layers);
  }
  std::optional<H5File> file;
  if (!source.weights.empty()) {
    file = H5File::open(source.weights, ErrorKind::model);
    check_origin(source.weights.string(), attribute_or_empty(*file, "keras_version"),
                 attribute_or_empty(*file, "backend"));
  } else if (!source.random_seed) {
    throw ModelError(source.architecture.string(), "has no weights",
                     "give a weights file or a random seed");
  }
  if (file && source.random_seed) {
    throw ModelError(source.weights.string(), "has weights, but random ones are wanted too",
                     "give one of both");
  }
  if (!file && source.architecture.empty()) {
    throw ModelError("", "there is no model file", "give an architecture or a full model file");
  }
  const std::string place =
      source.architecture.empty() ? source.weights.string() : source.architecture.string();
  const KerasModel model = source.architecture.empty()
                               ? model_from(*file)
                               : model_from_json(read_text<ModelError>(source.architecture), place);
  require_known_layers(model, place);
  const std::unique_ptr<KerasWeights> weights = file ? keras_weights_from(std::move(*file), model)
                                                     : random_keras_weights(*source.random_seed);
  return build_keras_graph(model, *weights, place, layers);
}

}  // namespace caloquant
