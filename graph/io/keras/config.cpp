#include "graph/io/keras/config.hpp"

#include <algorithm>
#include <caloquant/error.hpp>
#include <set>
#include <utility>

#include "graph/io/keras/inbound.hpp"
#include "graph/io/keras/options.hpp"

namespace caloquant {
namespace {

constexpr int max_depth = 16;

bool is_model_class(const std::string& name) {
  return name == "Sequential" || name == "Model" || name == "Functional";
}

/// Reads one level of the tree; nested models make a reader of their own.
class ModelReader {
 public:
  ModelReader(const std::string& file, std::string path, int depth, int keras)
      : file_(file), path_(std::move(path)), depth_(depth), keras_(keras) {
    if (depth > max_depth) {
      fail("models are nested more than " + std::to_string(max_depth) + " deep");
    }
  }

  KerasModel read(const Json& object) {
    const std::string class_name = text_of(object, "class_name");
    const Json& config = member(object, "config");
    check(object, class_name, path_.empty() ? file_ : keras_place(file_, path_));
    const bool sequential = class_name == "Sequential";
    const Json& layers = config.is_array() ? config : member(config, "layers");
    if (!layers.is_array() || layers.empty()) {
      fail("has no list of layers");
    }
    model_.name = config.is_object() && config.contains("name") ? text_of(config, "name") : "model";
    for (const Json& layer : layers) {
      add_layer(layer);
    }
    if (sequential) {
      chain(config);
    } else {
      connect(layers, config);
    }
    return std::move(model_);
  }

 private:
  [[noreturn]] void fail(const std::string& problem) const {
    throw ModelError(path_.empty() ? file_ : keras_place(file_, path_), problem);
  }

  const Json& member(const Json& object, const char* key) const {
    if (!object.is_object() || !object.contains(key)) {
      fail(std::string("has no '") + key + "' where a Keras model has one");
    }
    return object.at(key);
  }

  std::string text_of(const Json& object, const char* key) const {
    const Json& value = member(object, key);
    if (!value.is_string() || value.get_ref<const std::string&>().empty()) {
      fail(std::string("'") + key + "' must be a text");
    }
    return value.get<std::string>();
  }

  /// Everything that stands in a layer or model is known.
  static void check(const Json& object, const std::string& class_name, const std::string& place) {
    check_keras_object(object, place);
    check_keras_options(object.at("config"), class_name, place);
  }

  void add_layer(const Json& object) {
    KerasLayer layer;
    layer.keras = keras_;
    layer.class_name = text_of(object, "class_name");
    const Json& config = member(object, "config");
    layer.name = object.contains("name") ? text_of(object, "name") : name_in(config);
    layer.path = path_.empty() ? layer.name : path_ + "/" + layer.name;
    if (is_model_class(layer.class_name)) {
      ModelReader reader(file_, layer.path, depth_ + 1, keras_);
      layer.nested = std::make_shared<const KerasModel>(reader.read(object));
    } else if (config.is_object()) {
      check(object, layer.class_name, keras_place(file_, layer.path));
      layer.config = config;
    } else {
      fail("the config of layer '" + layer.name + "' must be an object");
    }
    if (config.is_object() && config.contains("trainable") && config.at("trainable").is_boolean()) {
      layer.trainable = config.at("trainable").get<bool>();
    }
    if (!names_.insert(layer.name).second) {
      fail("has two layers called '" + layer.name + "'");
    }
    model_.layers.push_back(std::move(layer));
  }

  /// Keras 2.0 writes a nested Sequential as a bare list, so its name stands beside the config only
  /// inside a functional model; in a Sequential it has none.
  std::string name_in(const Json& config) const {
    if (config.is_object()) {
      return text_of(config, "name");
    }
    return "sequential_" + std::to_string(model_.layers.size() + 1);
  }

  /// Sequential: every layer reads the one before; the input may be implied.
  void chain(const Json& config) {
    if (model_.layers.front().class_name != "InputLayer") {
      KerasLayer input;
      input.class_name = "InputLayer";
      input.name = model_.layers.front().name + "_input";
      while (!names_.insert(input.name).second) {
        input.name += "_";
      }
      input.path = path_.empty() ? input.name : path_ + "/" + input.name;
      input.config = Json::object();
      const Json shape = implied_shape(model_.layers.front());
      if (!shape.is_null()) {
        input.config["batch_input_shape"] = shape;
      } else if (config.is_object() && config.contains("build_input_shape")) {
        input.config["batch_input_shape"] = config.at("build_input_shape");
      }
      model_.layers.insert(model_.layers.begin(), std::move(input));
    }
    model_.layers.front().calls.emplace_back();
    for (std::size_t i = 1; i < model_.layers.size(); ++i) {
      model_.layers[i].calls.push_back({{model_.layers[i - 1].name, 0, 0}});
    }
    model_.inputs = {{model_.layers.front().name, 0, 0}};
    model_.outputs = {{model_.layers.back().name, 0, 0}};
    model_.output_names = {model_.layers.back().name};
  }

  static Json implied_shape(const KerasLayer& layer) {
    if (layer.nested) {
      return implied_shape(layer.nested->layers.front());
    }
    for (const char* key : {"batch_input_shape", "batch_shape"}) {
      if (layer.config.contains(key)) {
        return layer.config.at(key);
      }
    }
    return {};
  }

  void connect(const Json& layers, const Json& config) {
    const KerasInbound inbound(path_.empty() ? file_ : keras_place(file_, path_));
    for (std::size_t i = 0; i < layers.size(); ++i) {
      KerasLayer& layer = model_.layers[i];
      layer.calls = inbound.calls(layers[i], layer.name);
      if (layer.class_name == "InputLayer") {
        layer.calls.assign(1, {});
      }
    }
    model_.inputs = inbound.ends(member(config, "input_layers"), nullptr);
    model_.outputs = inbound.ends(member(config, "output_layers"), &model_.output_names);
    for (KerasLayer& layer : model_.layers) {
      for (auto& call : layer.calls) {
        resolve(call);
      }
    }
    resolve(model_.inputs);
    resolve(model_.outputs);
    for (const KerasRef& input : model_.inputs) {
      if (layer_called(input.layer).class_name != "InputLayer") {
        fail("the model input '" + input.layer + "' is not an InputLayer");
      }
    }
  }

  const KerasLayer& layer_called(const std::string& name) const {
    const auto found = std::find_if(model_.layers.begin(), model_.layers.end(),
                                    [&](const KerasLayer& layer) { return layer.name == name; });
    if (found == model_.layers.end()) {
      fail("refers to a layer '" + name + "' that is not there");
    }
    return *found;
  }

  /// Call indices as 0-based. Keras counts the calls of a nested model from 1 when building the
  /// nested model itself was its call 0, which is so when it knew its input.
  void resolve(std::vector<KerasRef>& refs) const {
    for (KerasRef& ref : refs) {
      const KerasLayer& layer = layer_called(ref.layer);
      const std::size_t count = layer.calls.size();
      const std::size_t first = layer.nested && !ref.from_zero ? 1 : 0;
      if (ref.call >= first && ref.call - first < count) {
        ref.call -= first;
      } else if (ref.call >= count) {
        fail("refers to call " + std::to_string(ref.call) + " of layer '" + ref.layer +
             "', which is called " + std::to_string(count) + " times");
      }
    }
  }

  const std::string& file_;
  std::string path_;
  int depth_;
  int keras_;
  KerasModel model_;
  std::set<std::string> names_;
};

}  // namespace

KerasModel parse_keras_model(const Json& root, const std::string& file, int keras) {
  if (!root.is_object() || !root.contains("class_name") || !root.at("class_name").is_string() ||
      !is_model_class(root.at("class_name").get<std::string>())) {
    throw ModelError(file,
                     "is not a Keras model: 'class_name' must be Sequential, Model or Functional",
                     "write it with model.to_json()");
  }
  return ModelReader(file, "", 0, keras).read(root);
}

}  // namespace caloquant
