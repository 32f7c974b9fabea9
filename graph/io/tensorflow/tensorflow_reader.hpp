#pragma once

#include <filesystem>

#include "graph/io/import/imported_layers.hpp"
#include "graph/io/onnx/model.hpp"
#include "graph/ir/graph.hpp"

namespace caloquant {

/// Is this a folder with saved_model.pb?
[[nodiscard]] bool is_saved_model(const std::filesystem::path& path);

/// Does the file begin as a serialized GraphDef does?
[[nodiscard]] bool looks_like_graph_def(const std::filesystem::path& file);

/// Reads a TensorFlow SavedModel (a folder) as a graph: the signature "serving_default", functions
/// inlined, variables read from the checkpoint. Layers are called as Keras called them. `layers`
/// (or null) gets the nodes. Throws ModelError with file and node.
[[nodiscard]] Graph read_saved_model(const std::filesystem::path& folder,
                                     ImportedLayers* layers = nullptr);

/// The same from a frozen GraphDef: outputs are what no node reads.
[[nodiscard]] Graph read_graph_def(const std::filesystem::path& file,
                                   ImportedLayers* layers = nullptr);

/// Both as what the translation makes of them: an ONNX model, sorted, that onnx::import_model()
/// reads. `layers` (or null) gets the nodes, their values being tensors of the ONNX model.
[[nodiscard]] onnx::Model saved_model_as_onnx(const std::filesystem::path& folder,
                                              ImportedLayers* layers = nullptr);
[[nodiscard]] onnx::Model graph_def_as_onnx(const std::filesystem::path& file,
                                            ImportedLayers* layers = nullptr);

}  // namespace caloquant
