#include "graph/io/onnx/tensors.hpp"

#include <cstring>

#include "ops/kernels/movement.hpp"

namespace caloquant::onnx {
namespace {

ElementType type_of(DType dtype) {
  switch (dtype) {
    case DType::f32:
      return ElementType::f32;
    case DType::bf16:
      return ElementType::bf16;
    case DType::s8:
      return ElementType::s8;
    case DType::f64:
    case DType::u8:
    case DType::s32:
    case DType::s64:
    case DType::s16:
      break;
  }
  CALOQUANT_EXPECT(false && "a type of weights");
  return ElementType::undefined;
}

}  // namespace

Array array_of(const Tensor& tensor) {
  Array array(type_of(tensor.dtype()), tensor.shape());
  if (tensor.bytes() > 0) {
    std::memcpy(array.bytes().data(), tensor.raw(), tensor.bytes());
  }
  return array;
}

Tensor transposed_matrix(const Tensor& matrix) {
  CALOQUANT_EXPECT(matrix.shape().size() == 2);
  Tensor result(matrix.dtype(), {matrix.shape()[1], matrix.shape()[0]});
  transpose_cells(matrix.raw(), result.raw(), matrix.shape(), {1, 0}, size_of(matrix.dtype()));
  return result;
}

}  // namespace caloquant::onnx
