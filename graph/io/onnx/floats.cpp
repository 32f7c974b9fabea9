#include "graph/io/onnx/floats.hpp"

#include <caloquant/error.hpp>

#include "graph/io/onnx/narrow.hpp"

namespace caloquant::onnx {
namespace {

template <typename T>
std::vector<float> converted(const Array& array) {
  std::vector<float> values;
  values.reserve(static_cast<std::size_t>(array.size()));
  for (const T value : array.data<T>()) {
    if constexpr (std::is_same_v<T, Half> || std::is_same_v<T, BFloat>) {
      values.push_back(to_float(value));
    } else {
      values.push_back(static_cast<float>(value));
    }
  }
  return values;
}

std::vector<float> decoded(const Array& array) {
  std::vector<float> values;
  values.reserve(array.bytes().size());
  for (const std::byte byte : array.bytes()) {
    values.push_back(
        static_cast<float>(decode_narrow(array.type(), static_cast<std::uint8_t>(byte))));
  }
  return values;
}

}  // namespace

std::vector<float> floats_of(const Array& array) {
  if (is_narrow(array.type())) {
    return decoded(array);
  }
  switch (array.type()) {
    case ElementType::f32:
      return converted<float>(array);
    case ElementType::f64:
      return converted<double>(array);
    case ElementType::f16:
      return converted<Half>(array);
    case ElementType::bf16:
      return converted<BFloat>(array);
    case ElementType::boolean:
      return converted<bool>(array);
    case ElementType::u8:
      return converted<std::uint8_t>(array);
    case ElementType::s8:
      return converted<std::int8_t>(array);
    case ElementType::u16:
      return converted<std::uint16_t>(array);
    case ElementType::s16:
      return converted<std::int16_t>(array);
    case ElementType::u32:
      return converted<std::uint32_t>(array);
    case ElementType::s32:
      return converted<std::int32_t>(array);
    case ElementType::u64:
      return converted<std::uint64_t>(array);
    case ElementType::s64:
      return converted<std::int64_t>(array);
    default:
      throw ModelError("array",
                       "holds elements of " + name_of(array.type()) + ", which are no numbers");
  }
}

}  // namespace caloquant::onnx
