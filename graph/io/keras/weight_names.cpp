#include "graph/io/keras/weights.hpp"

namespace caloquant {
namespace {

bool is_set(const Json& config, const char* key) {
  const auto found = config.find(key);
  return found == config.end() || *found != Json(false);
}

void append(std::vector<KerasWeightName>& names, const KerasLayer& layer, const char* kind) {
  names.push_back({layer.path, layer.name, kind});
}

void add_trained(const KerasLayer& layer, std::vector<KerasWeightName>& names) {
  const std::string& type = layer.class_name;
  if (type == "Dense" || type == "Conv1D" || type == "Conv2D" || type == "Conv3D") {
    append(names, layer, "kernel");
    if (is_set(layer.config, "use_bias")) {
      append(names, layer, "bias");
    }
  } else if (type == "BatchNormalization") {
    if (is_set(layer.config, "scale")) {
      append(names, layer, "gamma");
    }
    if (is_set(layer.config, "center")) {
      append(names, layer, "beta");
    }
  }
}

void add_statistics(const KerasLayer& layer, std::vector<KerasWeightName>& names) {
  if (layer.class_name == "BatchNormalization") {
    append(names, layer, "moving_mean");
    append(names, layer, "moving_variance");
  }
}

void add_trainable(const KerasLayer& layer, std::vector<KerasWeightName>& names) {
  if (!layer.trainable) {
    return;
  }
  if (!layer.nested) {
    add_trained(layer, names);
    return;
  }
  for (const KerasLayer& inner : layer.nested->layers) {
    add_trainable(inner, names);
  }
}

void add_frozen(const KerasLayer& layer, bool frozen, std::vector<KerasWeightName>& names) {
  frozen = frozen || !layer.trainable;
  if (layer.nested) {
    for (const KerasLayer& inner : layer.nested->layers) {
      add_frozen(inner, frozen, names);
    }
    return;
  }
  if (frozen) {
    add_trained(layer, names);
  }
  add_statistics(layer, names);
}

}  // namespace

std::vector<KerasWeightName> keras_weight_names(const KerasLayer& layer) {
  std::vector<KerasWeightName> names;
  add_trainable(layer, names);
  add_frozen(layer, false, names);
  return names;
}

}  // namespace caloquant
