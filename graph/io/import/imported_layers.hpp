#pragma once

#include <string>
#include <vector>

namespace caloquant {

/// A tensor that the model of a framework computes, and where the graph has it as it was read, in
/// front of any pass: what `verify` compares one by one.
struct ImportedLayer {
  /// What the framework calls it: of Keras the layer, of ONNX and TensorFlow the node, then the
  /// tensor or the layer whose last node this is.
  std::vector<std::string> names;
  std::string kind;             ///< "Conv3D kernel_size=[3,3,3] padding=\"same\""
  std::string value;            ///< name of the graph's value; empty: a part of another layer
  bool channels_moved = false;  ///< the value has the framework's last axis at axis 1
};

/// In topological order.
using ImportedLayers = std::vector<ImportedLayer>;

}  // namespace caloquant
