#pragma once

#include <variant>

#include "graph/io/onnx/importer/node_import.hpp"

namespace caloquant::onnx {

// Operands of operators that combine tensors element by element, brought under one shape by the
// rule of ops/core/broadcast.hpp.

/// The known input `index` as f32 beside a computed tensor of shape `src`, with the rank of src.
/// Refused when the result would have another shape than src: more axes, wider ones, or numbers of
/// their own for each event. That is also what ONNX asks of the slopes of PRelu.
[[nodiscard]] Tensor operand_beside(const NodeImport& node, std::size_t index, const Shape& src);
/// The same with `values` in place of NodeImport::weights(), where they may be infinite.
[[nodiscard]] Tensor operand_beside(const NodeImport& node, std::size_t index, const Shape& src,
                                    Tensor values);

/// dst = mul * src + add; one of the two varies with the constant, the other is `fixed`.
struct LineForm {
  bool values_multiply = false;
  float fixed = 0.0F;
};

/// What a constant is to src.
using OperandForm = std::variant<LineForm, ExtremumKind>;

/// src and `values`, which operand_beside() gives: an Affine or Extremum over the one axis along
/// which they vary, brought to axis 1; over all cells when they vary along several. `suffix` comes
/// behind the names of its nodes.
[[nodiscard]] ValueId combine_constant(const NodeImport& node, ValueId src, const Tensor& values,
                                       const OperandForm& form, const std::string& suffix = {});

/// Add or Extremum of two computed tensors; axes of one cell are repeated. Refused when the batch
/// is not the first axis of the result alone.
[[nodiscard]] ValueId combine_computed(const NodeImport& node, const Op& op, ValueId a, ValueId b);
/// Their sum.
[[nodiscard]] ValueId add_computed(const NodeImport& node, ValueId a, ValueId b);

}  // namespace caloquant::onnx
