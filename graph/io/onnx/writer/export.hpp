#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "graph/io/onnx/onnx_writer.hpp"

namespace caloquant::onnx {

/// Builds a Model node by node; names are made unique.
class Export {
 public:
  explicit Export(const Graph& graph);

  [[nodiscard]] const Graph& graph() const { return graph_; }
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

  Model finish();

 private:
  const Graph& graph_;
  Model model_;
  std::set<std::string> names_;
  std::map<ValueId, std::string> values_;
};

[[nodiscard]] Attribute integer_attribute(const std::string& name, std::int64_t value);
[[nodiscard]] Attribute integers_attribute(const std::string& name, const Shape& values);
[[nodiscard]] Attribute number_attribute(const std::string& name, double value);
[[nodiscard]] Attribute text_attribute(const std::string& name, const std::string& value);
/// An f32 tensor.
[[nodiscard]] Array array_of(const Tensor& tensor);

// export_layers.cpp
/// Dense or Conv.
void export_layer(Export& out, const Node& node);
// export_movement.cpp
void export_movement(Export& out, const Node& node);
// export_pointwise.cpp
void export_pointwise(Export& out, const Node& node);

}  // namespace caloquant::onnx
