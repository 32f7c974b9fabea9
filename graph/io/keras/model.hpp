#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "graph/json/json.hpp"

namespace caloquant {

struct KerasModel;

/// One output tensor of one call of a layer.
struct KerasRef {
  std::string layer;
  std::size_t call = 0;  ///< 0-based, whatever the dialect counts from
  std::size_t tensor = 0;
  bool from_zero = false;  ///< the file counts calls of nested models from 0, as Keras 3
};

// NOLINTNEXTLINE(bugprone-exception-escape) the JSON member asserts in its move constructor
struct KerasLayer {
  std::string class_name;
  std::string name;
  std::string path;  ///< "outer/inner", unique in the model
  Json config;       ///< an object; empty for a nested model
  bool trainable = true;
  int keras = 2;  ///< the major version that wrote it, which decides what its functions mean
  std::vector<std::vector<KerasRef>> calls;  ///< inputs of each call; an InputLayer has one, empty
  std::shared_ptr<const KerasModel> nested;  ///< for Sequential, Model and Functional
};

/// A Sequential, Model or Functional, all in the functional form: whatever the dialect of the file,
/// a Sequential has an InputLayer and refs from layer to layer.
struct KerasModel {
  std::string name;
  std::vector<KerasLayer> layers;
  std::vector<KerasRef> inputs;
  std::vector<KerasRef> outputs;
  std::vector<std::string> output_names;
};

/// Class and options of a layer, for messages: "Conv3D kernel_size=[3,3,3] padding=\"same\"".
[[nodiscard]] std::string keras_kind(const KerasLayer& layer);

/// "model.json: layer 'a/b'".
[[nodiscard]] std::string keras_place(const std::string& file, const std::string& layer);

}  // namespace caloquant
