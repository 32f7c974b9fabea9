#include <caloquant/types.hpp>

#include <limits>

#include "ops/core/check.hpp"
#include "ops/core/enums.hpp"

namespace caloquant {
namespace {

constexpr EnumNames<DType> dtype_names({{DType::f32, "f32"},
                                        {DType::f64, "f64"},
                                        {DType::s8, "s8"},
                                        {DType::u8, "u8"},
                                        {DType::s32, "s32"},
                                        {DType::s64, "s64"},
                                        {DType::s16, "s16"},
                                        {DType::bf16, "bf16"}});
constexpr EnumNames<Precision> precision_names({{Precision::fp32, "fp32"},
                                                {Precision::int8, "int8"},
                                                {Precision::w8a16, "w8a16"},
                                                {Precision::w8, "w8"},
                                                {Precision::bf16, "bf16"}});

}  // namespace

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
  return dtype_names[dtype];
}

std::string_view name_of(Precision precision) noexcept {
  return precision_names[precision];
}

std::int64_t element_count(const Shape& shape) {
  std::int64_t count = 1;
  for (const std::int64_t extent : shape) {
    CALOQUANT_EXPECT(extent >= 0);
    if (__builtin_mul_overflow(count, extent, &count)) {
      count = std::numeric_limits<std::int64_t>::max();  // of a file: no data is as long
    }
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
