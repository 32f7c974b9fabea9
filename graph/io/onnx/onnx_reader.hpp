#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "graph/io/import/imported_layers.hpp"
#include "graph/io/onnx/model.hpp"
#include "graph/ir/graph.hpp"

namespace caloquant {

/// Reads an ONNX model of opset 7 to 22 as a graph: f32, the batch first and dynamic, whether the
/// file has it symbolic or fixed. Nodes are called as in the file (or like their first output); an
/// operator that becomes several nodes gives the others a suffix ("conv_1/depth_to_space").
/// Constants and shape arithmetic are evaluated, what no output needs is left out. `layers` (or
/// null) gets the nodes. Throws ModelError with the file and the node, its operator and opset.
[[nodiscard]] Graph read_onnx(const std::filesystem::path& file, ImportedLayers* layers = nullptr);

namespace onnx {
/// A graph that knows which of its nodes compute what of the model.
struct ImportedModel {
  Graph graph;
  /// Value of the model -> node of the graph whose dst it is. Values that no single tensor of the
  /// graph stands for (quantized ones, parts, what a later operator took over) are not in it.
  std::map<std::string, std::string> nodes;
  /// Nodes that a writer could not say as they are: what they compute is not compared.
  std::set<std::string> altered;
};

/// The same from a parsed model.
[[nodiscard]] Graph import_model(const Model& model);
[[nodiscard]] ImportedModel import_with_names(const Model& model);

/// What the nodes of the model compute, each by the name of the node and of the tensor.
[[nodiscard]] ImportedLayers layers_of(const Model& model, const ImportedModel& imported);

/// The nodes that the outputs need, by index.
[[nodiscard]] std::vector<bool> needed_nodes(const Model& model);
}  // namespace onnx

}  // namespace caloquant
