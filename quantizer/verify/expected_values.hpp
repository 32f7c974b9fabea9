#pragma once

#include <caloquant/verify.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "calibration/tensors/tensor_file.hpp"
#include "graph/io/import/imported_layers.hpp"
#include "graph/ir/graph.hpp"
#include "ops/core/tensor.hpp"

namespace caloquant {

/// One array of what a framework computed.
struct ExpectedTensor {
  std::shared_ptr<const TensorFile> file;
  std::string dataset;
  Shape shape;  ///< [rows, ...]
  [[nodiscard]] std::string place() const { return file->place(dataset); }
  /// Throws DataError for a value that is not finite, with its row.
  [[nodiscard]] Tensor first_rows(std::int64_t rows) const;
};

struct ExpectedLayer {
  std::size_t layer = 0;  ///< of ImportedLayers
  std::string name;       ///< as it was given
  ExpectedTensor tensor;
};

/// All of it, found and with the same number of rows; outputs of any shape.
struct ExpectedValues {
  std::string source;  ///< for messages
  std::int64_t rows = 0;
  std::vector<ExpectedTensor> inputs;   ///< as Graph::inputs()
  std::vector<ExpectedTensor> outputs;  ///< as Graph::outputs()
  std::vector<ExpectedLayer> layers;    ///< as ImportedLayers
};

/// Throw DataError as verify() says.
[[nodiscard]] ExpectedValues expected_values(const ExpectedFiles& files, const Graph& graph,
                                             const ImportedLayers& layers);
[[nodiscard]] ExpectedValues expected_values(const ExpectedArrays& arrays, const Graph& graph,
                                             const ImportedLayers& layers);

}  // namespace caloquant
