#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "graph/io/onnx/attributes.hpp"
#include "graph/io/onnx/onnx_writer.hpp"
#include "graph/io/onnx/tensors.hpp"

namespace caloquant::onnx {

/// Builds a Model node by node. Inputs, outputs and nodes are called as in the graph; everything
/// that is added gets a name that no node, value or initializer has.
class Export {
 public:
  Export(const Graph& graph, OnnxProfile profile);

  [[nodiscard]] const Graph& graph() const { return graph_; }
  [[nodiscard]] OnnxProfile profile() const { return profile_; }
  void note(const std::string& layer, const std::string& text);
  /// A name for something that is added.
  [[nodiscard]] std::string unique(const std::string& wish);
  /// Name of a value of the graph; constants are added when they are first asked for.
  std::string name(ValueId value);

  /// Adds an initializer.
  std::string constant(const std::string& wish, Array array);
  std::string numbers(const std::string& wish, const std::vector<float>& values);
  std::string list(const std::string& wish, const std::vector<std::int64_t>& values);

  /// Adds a node; `output` must be unique.
  NodeDef& node(const std::string& op, const std::string& name,
                const std::vector<std::string>& inputs, const std::string& output);

  ExportedModel finish();

 private:
  void add_interface();
  void name_values();

  const Graph& graph_;
  OnnxProfile profile_;
  std::vector<OnnxNote> notes_;
  Model model_;
  std::set<std::string> names_;
  std::map<ValueId, std::string> values_;
};

// export_layers.cpp
/// Dense or Conv.
void export_layer(Export& out, const Node& node);

// export_quantized.cpp
/// A layer's src, weights and bias as float tensors that carry its quantization. Weights of Dense
/// are [I, O] where `transposed`.
struct LayerInputs {
  std::string src;
  std::string weights;
  std::string bias;  ///< empty: none
};
[[nodiscard]] LayerInputs export_layer_inputs(Export& out, const Node& node, bool transposed);
/// Can the profile carry the layer's precision?
[[nodiscard]] bool carries(OnnxProfile profile, const LayerQuant& quant);
// export_movement.cpp
void export_movement(Export& out, const Node& node);
// export_pointwise.cpp
void export_pointwise(Export& out, const Node& node);

}  // namespace caloquant::onnx
