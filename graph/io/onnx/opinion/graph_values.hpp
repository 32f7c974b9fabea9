#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "graph/io/onnx/array.hpp"
#include "graph/ir/graph.hpp"

namespace caloquant::onnx {

/// Values of a graph for some rows, computed by the reference when they are asked for, from those
/// that are set.
class GraphValues {
 public:
  GraphValues(const Graph& graph, std::int64_t rows);

  void set(ValueId value, const Array& array);
  const Tensor& compute(ValueId value);
  /// Of one row, of the nodes that were made of the node of a model called so.
  [[nodiscard]] double multiply_adds(const std::string& name) const;

 private:
  const Graph& graph_;
  std::vector<std::optional<Tensor>> tensors_;
  std::map<std::string, double> work_;
};

/// Of one row of the whole graph.
[[nodiscard]] double multiply_adds(const Graph& graph);

}  // namespace caloquant::onnx
