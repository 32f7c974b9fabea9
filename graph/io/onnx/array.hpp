#pragma once

#include <caloquant/types.hpp>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "ops/core/check.hpp"

namespace caloquant::onnx {

/// Element types with the numbers of ONNX's TensorProto.DataType, named as in oneDNN. Strings
/// and complex numbers are known by name only.
enum class ElementType : std::int32_t {
  undefined = 0,
  f32 = 1,
  u8 = 2,
  s8 = 3,
  u16 = 4,
  s16 = 5,
  s32 = 6,
  s64 = 7,
  string = 8,
  boolean = 9,
  f16 = 10,
  f64 = 11,
  u32 = 12,
  u64 = 13,
  complex64 = 14,
  complex128 = 15,
  bf16 = 16,
  f8e4m3fn = 17,
  f8e4m3fnuz = 18,
  f8e5m2 = 19,
  f8e5m2fnuz = 20,
  u4 = 21,
  s4 = 22,
};

/// IEEE binary16, as bits.
struct Half {
  std::uint16_t bits = 0;
};
/// The upper half of a binary32, as bits.
struct BFloat {
  std::uint16_t bits = 0;
};

/// Rounds half to even; what is too large becomes infinity.
[[nodiscard]] Half to_half(double value);
[[nodiscard]] BFloat to_bfloat(double value);
[[nodiscard]] float to_float(Half value);
[[nodiscard]] float to_float(BFloat value);

/// Bytes of one element, 0 for a type that arrays cannot have.
[[nodiscard]] std::size_t size_of(ElementType type);
/// "f32", "type 17" for an unknown number.
[[nodiscard]] std::string name_of(ElementType type);
[[nodiscard]] bool is_float(ElementType type);

/// Type -> ElementType.
template <typename T>
inline constexpr ElementType element_type = ElementType::undefined;
template <>
inline constexpr ElementType element_type<float> = ElementType::f32;
template <>
inline constexpr ElementType element_type<double> = ElementType::f64;
template <>
inline constexpr ElementType element_type<Half> = ElementType::f16;
template <>
inline constexpr ElementType element_type<BFloat> = ElementType::bf16;
template <>
inline constexpr ElementType element_type<bool> = ElementType::boolean;
template <>
inline constexpr ElementType element_type<std::uint8_t> = ElementType::u8;
template <>
inline constexpr ElementType element_type<std::int8_t> = ElementType::s8;
template <>
inline constexpr ElementType element_type<std::uint16_t> = ElementType::u16;
template <>
inline constexpr ElementType element_type<std::int16_t> = ElementType::s16;
template <>
inline constexpr ElementType element_type<std::uint32_t> = ElementType::u32;
template <>
inline constexpr ElementType element_type<std::int32_t> = ElementType::s32;
template <>
inline constexpr ElementType element_type<std::uint64_t> = ElementType::u64;
template <>
inline constexpr ElementType element_type<std::int64_t> = ElementType::s64;

/// f(std::type_identity<T>{}) for the C++ type of a type's elements. False for the types that have
/// none: 8-bit floats, 4-bit integers, strings, complex numbers.
template <typename F>
bool with_cpp_type(ElementType type, F&& f) {
  switch (type) {
    case ElementType::f32:
      return f(std::type_identity<float>{}), true;
    case ElementType::f64:
      return f(std::type_identity<double>{}), true;
    case ElementType::f16:
      return f(std::type_identity<Half>{}), true;
    case ElementType::bf16:
      return f(std::type_identity<BFloat>{}), true;
    case ElementType::boolean:
      return f(std::type_identity<bool>{}), true;
    case ElementType::u8:
      return f(std::type_identity<std::uint8_t>{}), true;
    case ElementType::s8:
      return f(std::type_identity<std::int8_t>{}), true;
    case ElementType::u16:
      return f(std::type_identity<std::uint16_t>{}), true;
    case ElementType::s16:
      return f(std::type_identity<std::int16_t>{}), true;
    case ElementType::u32:
      return f(std::type_identity<std::uint32_t>{}), true;
    case ElementType::s32:
      return f(std::type_identity<std::int32_t>{}), true;
    case ElementType::u64:
      return f(std::type_identity<std::uint64_t>{}), true;
    case ElementType::s64:
      return f(std::type_identity<std::int64_t>{}), true;
    case ElementType::undefined:
    case ElementType::string:
    case ElementType::complex64:
    case ElementType::complex128:
    case ElementType::f8e4m3fn:
    case ElementType::f8e4m3fnuz:
    case ElementType::f8e5m2:
    case ElementType::f8e5m2fnuz:
    case ElementType::u4:
    case ElementType::s4:
      break;
  }
  return false;
}

/// A dense row-major array of an ONNX element type; rank 0 is a scalar. Zero-initialised.
/// (caloquant::Tensor knows the types of the engine only.)
class Array {
 public:
  Array() = default;
  /// The caller has checked that the size is sane: see Call::make() and checked_bytes().
  Array(ElementType type, Shape dims);

  template <typename T>
  static Array of(Shape dims, const std::vector<T>& values) {
    Array array(element_type<T>, std::move(dims));
    CALOQUANT_EXPECT(array.size() == static_cast<std::int64_t>(values.size()));
    for (std::size_t i = 0; i < values.size(); ++i) {
      array.data<T>()[i] = values[i];
    }
    return array;
  }

  [[nodiscard]] ElementType type() const { return type_; }
  [[nodiscard]] const Shape& dims() const { return dims_; }
  [[nodiscard]] std::size_t rank() const { return dims_.size(); }
  [[nodiscard]] std::int64_t size() const { return size_; }
  [[nodiscard]] std::span<std::byte> bytes() { return bytes_; }
  [[nodiscard]] std::span<const std::byte> bytes() const { return bytes_; }

  template <typename T>
  [[nodiscard]] std::span<T> data() {
    CALOQUANT_EXPECT(type_ == element_type<T>);
    return {reinterpret_cast<T*>(bytes_.data()), static_cast<std::size_t>(size_)};
  }
  template <typename T>
  [[nodiscard]] std::span<const T> data() const {
    CALOQUANT_EXPECT(type_ == element_type<T>);
    return {reinterpret_cast<const T*>(bytes_.data()), static_cast<std::size_t>(size_)};
  }

  /// The same elements under other extents with the same product.
  [[nodiscard]] Array reshaped(Shape dims) const;

 private:
  ElementType type_ = ElementType::f32;
  Shape dims_{0};
  std::int64_t size_ = 0;
  std::vector<std::byte> bytes_;
};

/// Bytes of an array of these extents, or -1 when an extent is negative or it exceeds `limit`.
[[nodiscard]] std::int64_t checked_bytes(ElementType type, const Shape& dims, std::int64_t limit);

/// "f32[2, 3]".
[[nodiscard]] std::string describe(const Array& array);

}  // namespace caloquant::onnx
