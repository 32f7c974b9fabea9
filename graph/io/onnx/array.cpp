#include "graph/io/onnx/array.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <utility>

#include "ops/core/enums.hpp"

namespace caloquant::onnx {
namespace {

constexpr EnumNames<ElementType> type_names({{ElementType::undefined, "undefined"},
                                             {ElementType::f32, "f32"},
                                             {ElementType::u8, "u8"},
                                             {ElementType::s8, "s8"},
                                             {ElementType::u16, "u16"},
                                             {ElementType::s16, "s16"},
                                             {ElementType::s32, "s32"},
                                             {ElementType::s64, "s64"},
                                             {ElementType::string, "string"},
                                             {ElementType::boolean, "bool"},
                                             {ElementType::f16, "f16"},
                                             {ElementType::f64, "f64"},
                                             {ElementType::u32, "u32"},
                                             {ElementType::u64, "u64"},
                                             {ElementType::complex64, "complex64"},
                                             {ElementType::complex128, "complex128"},
                                             {ElementType::bf16, "bf16"},
                                             {ElementType::f8e4m3fn, "f8e4m3fn"},
                                             {ElementType::f8e4m3fnuz, "f8e4m3fnuz"},
                                             {ElementType::f8e5m2, "f8e5m2"},
                                             {ElementType::f8e5m2fnuz, "f8e5m2fnuz"},
                                             {ElementType::u4, "u4"},
                                             {ElementType::s4, "s4"}});

}  // namespace

Half to_half(double value) {
  const auto sign = static_cast<std::uint16_t>(std::signbit(value) ? 0x8000 : 0);
  const double magnitude = std::fabs(value);
  if (std::isnan(value)) {
    return {static_cast<std::uint16_t>(sign | 0x7e00)};
  }
  if (magnitude == 0.0) {
    return {sign};
  }
  if (magnitude >= 65520.0) {  // half a step above the largest number
    return {static_cast<std::uint16_t>(sign | 0x7c00)};
  }
  int exponent = 0;
  std::frexp(magnitude, &exponent);
  // A number in [2^(e-1), 2^e) has steps of 2^(e-11); below 2^-14 all steps are 2^-24.
  const int step = std::max(exponent - 11, -24);
  const auto steps = static_cast<std::int32_t>(std::nearbyint(std::ldexp(magnitude, -step)));
  // Counting steps from the exponent field up makes a carry into the next binade come out right.
  const std::int32_t bits = step == -24 ? steps : ((step + 24) << 10) + steps;
  return {static_cast<std::uint16_t>(sign | bits)};
}

BFloat to_bfloat(double value) {
  const auto narrow = static_cast<float>(value);
  auto bits = std::bit_cast<std::uint32_t>(narrow);
  if (std::isnan(narrow)) {
    return {static_cast<std::uint16_t>((bits >> 16) | 0x40)};
  }
  bits += 0x7fff + ((bits >> 16) & 1);
  return {static_cast<std::uint16_t>(bits >> 16)};
}

float to_float(Half value) {
  const int exponent = (value.bits >> 10) & 0x1f;
  const int mantissa = value.bits & 0x3ff;
  float magnitude = 0.0F;
  if (exponent == 0x1f) {
    magnitude = mantissa == 0 ? std::numeric_limits<float>::infinity()
                              : std::numeric_limits<float>::quiet_NaN();
  } else if (exponent == 0) {
    magnitude = std::ldexp(static_cast<float>(mantissa), -24);
  } else {
    magnitude = std::ldexp(static_cast<float>(mantissa + 1024), exponent - 25);
  }
  return (value.bits & 0x8000) != 0 ? -magnitude : magnitude;
}

float to_float(BFloat value) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(value.bits) << 16);
}

std::size_t size_of(ElementType type) {
  switch (type) {
    case ElementType::undefined:
    case ElementType::string:
    case ElementType::complex64:
    case ElementType::complex128:
      return 0;
    case ElementType::u8:
    case ElementType::s8:
    case ElementType::boolean:
    case ElementType::f8e4m3fn:
    case ElementType::f8e4m3fnuz:
    case ElementType::f8e5m2:
    case ElementType::f8e5m2fnuz:
    case ElementType::u4:
    case ElementType::s4:
      return 1;
    case ElementType::u16:
    case ElementType::s16:
    case ElementType::f16:
    case ElementType::bf16:
      return 2;
    case ElementType::f32:
    case ElementType::s32:
    case ElementType::u32:
      return 4;
    case ElementType::s64:
    case ElementType::f64:
    case ElementType::u64:
      return 8;
  }
  return 0;
}

std::string name_of(ElementType type) {
  const auto number = static_cast<std::int32_t>(type);
  const bool known = type != ElementType::undefined && type_names[type] != "?";
  return known ? std::string(type_names[type]) : "type " + std::to_string(number);
}

bool is_float(ElementType type) {
  return type == ElementType::f32 || type == ElementType::f64 || type == ElementType::f16 ||
         type == ElementType::bf16;
}

Array::Array(ElementType type, Shape dims)
    : type_(type), dims_(std::move(dims)), size_(element_count(dims_)) {
  CALOQUANT_EXPECT(size_of(type) > 0);
  bytes_.resize(static_cast<std::size_t>(size_) * size_of(type));
}

Array Array::reshaped(Shape dims) const {
  CALOQUANT_EXPECT(element_count(dims) == size_);
  Array result = *this;
  result.dims_ = std::move(dims);
  return result;
}

std::int64_t checked_bytes(ElementType type, const Shape& dims, std::int64_t limit) {
  bool empty = false;
  for (const std::int64_t extent : dims) {
    if (extent < 0) {
      return -1;
    }
    empty = empty || extent == 0;
  }
  if (empty) {
    return 0;
  }
  auto bytes = static_cast<std::int64_t>(size_of(type));
  for (const std::int64_t extent : dims) {
    if (extent > limit / bytes) {
      return -1;
    }
    bytes *= extent;
  }
  return bytes <= limit ? bytes : -1;
}

std::string describe(const Array& array) {
  return name_of(array.type()) + to_string(array.dims());
}

}  // namespace caloquant::onnx
