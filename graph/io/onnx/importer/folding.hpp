#pragma once

#include "graph/io/onnx/importer/node_import.hpp"
#include "graph/io/onnx/interpreter/interpreter.hpp"

namespace caloquant::onnx {

/// What evaluating constants may cost: more than shape arithmetic needs, and memory in proportion
/// to the weights in the file.
[[nodiscard]] Budget folding_budget(const Model& model);

/// Evaluates the nodes of which everything is known while importing, for both batches.
class Folding {
 public:
  explicit Folding(ImportState& state) : state_(state) {}

  [[nodiscard]] bool all_known(const NodeDef& node) const;
  void fold(const NodeDef& node);
  /// Shape and Size of a computed tensor.
  void fold_shape(const NodeDef& node);

 private:
  /// The node on its known inputs of one evaluation.
  [[nodiscard]] Results evaluated(const NodeDef& node, std::size_t probe);
  /// Keeps how weights lie in the file, for the layers that want them so.
  void remember_stored(const NodeDef& node);
  /// The attributes start and end of Shape.
  [[nodiscard]] Array shape_part(const NodeDef& node, const Array& dims);

  ImportState& state_;
};

}  // namespace caloquant::onnx
