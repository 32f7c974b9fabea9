#pragma once

#include "graph/io/onnx/array.hpp"
#include "ops/core/tensor.hpp"

namespace caloquant::onnx {

/// The same numbers under ONNX's type: f32, bf16, s8.
[[nodiscard]] Array array_of(const Tensor& tensor);

/// [I, O] of [O, I], of any type.
[[nodiscard]] Tensor transposed_matrix(const Tensor& matrix);

}  // namespace caloquant::onnx
