#include "graph/io/keras/model.hpp"

namespace caloquant {

std::string keras_kind(const KerasLayer& layer) {
  constexpr std::size_t longest = 200;
  std::string text = layer.class_name;
  if (!layer.config.is_object()) {
    return text;
  }
  for (const auto& [key, value] : layer.config.items()) {
    const bool of_training = key == "name" || key == "trainable" || key == "dtype" ||
                             key.ends_with("_initializer") || key.ends_with("_regularizer") ||
                             key.ends_with("_constraint") || key.ends_with("_config");
    if (!of_training && !value.is_null()) {
      text += " " + key + "=" + value.dump();
    }
  }
  return text.size() > longest ? text.substr(0, longest) + "..." : text;
}

std::string keras_place(const std::string& file, const std::string& layer) {
  return file + ": layer '" + layer + "'";
}

}  // namespace caloquant
