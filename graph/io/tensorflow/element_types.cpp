#include "graph/io/tensorflow/element_types.hpp"

namespace caloquant::tensorflow {

using onnx::ElementType;

ElementType element_type_of(std::int64_t data_type) {
  switch (data_type) {
    case 1:
      return ElementType::f32;
    case 2:
      return ElementType::f64;
    case 3:
      return ElementType::s32;
    case 4:
      return ElementType::u8;
    case 5:
      return ElementType::s16;
    case 6:
      return ElementType::s8;
    case 9:
      return ElementType::s64;
    case 10:
      return ElementType::boolean;
    case 14:
      return ElementType::bf16;
    case 17:
      return ElementType::u16;
    case 19:
      return ElementType::f16;
    default:
      return ElementType::undefined;
  }
}

onnx::Array with_wide_integers(onnx::Array array) {
  if (array.type() != ElementType::s32) {
    return array;
  }
  onnx::Array wide(ElementType::s64, array.dims());
  const auto from = array.data<std::int32_t>();
  for (std::size_t i = 0; i < from.size(); ++i) {
    wide.data<std::int64_t>()[i] = from[i];
  }
  return wide;
}

}  // namespace caloquant::tensorflow
