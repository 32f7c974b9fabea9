#pragma once

#include "graph/io/onnx/importer/node_import.hpp"

namespace caloquant::onnx {

// Operands of operators that combine tensors element by element, brought under one shape by the
// rule of ops/core/broadcast.hpp.

/// The known input `index` as f32 beside a computed tensor of shape `src`, with the rank of src.
/// Refused when the result would have another shape than src: more axes, wider ones, or numbers of
/// their own for each event. That is also what ONNX asks of the slopes of PRelu.
[[nodiscard]] Tensor operand_beside(const NodeImport& node, std::size_t index, const Shape& src);

/// dst = mul * src + add; one of the two varies with the constant, the other is `fixed`.
struct LineForm {
  bool values_multiply = false;
  float fixed = 0.0F;
};

/// The line with `values`, which operand_beside() gives: an Affine over the one axis along which
/// they vary, brought to axis 1; over all cells when they vary along several. `suffix` comes behind
/// the names of its nodes.
[[nodiscard]] ValueId apply_line(const NodeImport& node, ValueId src, const Tensor& values,
                                 const LineForm& form, const std::string& suffix = {});

/// The sum of two computed tensors; axes of one cell are repeated. Refused when the batch is not
/// the first axis of the result alone.
[[nodiscard]] ValueId add_computed(const NodeImport& node, ValueId a, ValueId b);

}  // namespace caloquant::onnx
