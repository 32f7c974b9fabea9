#pragma once

#include "graph/io/onnx/model.hpp"

namespace caloquant::onnx {

/// What a node does to numbers.
enum class Rounding {
  exact,   ///< moves or selects them
  sums,    ///< sums of products
  smooth,  ///< one function of each, or of each line
  steps,   ///< rounds to integers or to fewer bits
  other,
};
[[nodiscard]] Rounding rounding_of(const NodeDef& node, const Array& dst);

/// Does an operator that is exact act on elements in their places?
[[nodiscard]] bool is_element_wise(const NodeDef& node);

}  // namespace caloquant::onnx
