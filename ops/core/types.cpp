#include <caloquant/types.hpp>

#include "ops/core/check.hpp"

namespace caloquant {

std::size_t size_of(DType dtype) noexcept {
  switch (dtype) {
    case DType::s8:
    case DType::u8:
      return 1;
    case DType::s16:
    case DType::bf16:
      return 2;
    case DType::f32:
    case DType::s32:
      return 4;
    case DType::f64:
    case DType::s64:
      return 8;
  }
  return 0;
}

std::string_view name_of(DType dtype) noexcept {
  switch (dtype) {
    case DType::f32:
      return "f32";
    case DType::f64:
      return "f64";
    case DType::s8:
      return "s8";
    case DType::u8:
      return "u8";
    case DType::s32:
      return "s32";
    case DType::s64:
      return "s64";
    case DType::s16:
      return "s16";
    case DType::bf16:
      return "bf16";
  }
  return "?";
}

std::string_view name_of(Precision precision) noexcept {
  switch (precision) {
    case Precision::fp32:
      return "fp32";
    case Precision::int8:
      return "int8";
    case Precision::w8a16:
      return "w8a16";
    case Precision::w8:
      return "w8";
    case Precision::bf16:
      return "bf16";
  }
  return "?";
}

std::int64_t element_count(const Shape& shape) {
  std::int64_t count = 1;
  for (const std::int64_t extent : shape) {
    CALOQUANT_EXPECT(extent >= 0);
    count *= extent;
  }
  return count;
}

std::string to_string(const Shape& shape) {
  std::string text = "[";
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (i > 0) {
      text += ", ";
    }
    text += shape[i] == dynamic ? "N" : std::to_string(shape[i]);
  }
  return text + "]";
}

}  // namespace caloquant
