#pragma once

#include <cstdint>
#include <limits>
#include <type_traits>

#include "graph/io/onnx/interpreter/call.hpp"
#include "graph/io/onnx/narrow.hpp"

namespace caloquant::onnx {

// From an ElementType to a C++ type: visit_*(call, type, f) calls f(std::type_identity<T>{}), or
// fails with the node when the type is none of the group.

inline double load_double(Half value) {
  return static_cast<double>(to_float(value));
}
inline double load_double(BFloat value) {
  return static_cast<double>(to_float(value));
}
template <typename T>
double load_double(T value) {
  return static_cast<double>(value);
}

/// Rounds once, from double. (f32 results of +, -, *, / and sqrt computed in double and rounded
/// here are those of f32 arithmetic: 53 >= 2 * 24 + 2.)
template <typename T>
T store_double(double value) {
  if constexpr (std::is_same_v<T, Half>) {
    return to_half(value);
  } else if constexpr (std::is_same_v<T, BFloat>) {
    return to_bfloat(value);
  } else {
    return static_cast<T>(value);
  }
}

/// The integer nearest to zero from `value`, saturated; NaN becomes 0.
template <typename T>
T saturating(double value) {
  if (!(value > static_cast<double>(std::numeric_limits<T>::lowest()))) {
    return value != value ? T{0} : std::numeric_limits<T>::lowest();
  }
  return value >= static_cast<double>(std::numeric_limits<T>::max()) ? std::numeric_limits<T>::max()
                                                                     : static_cast<T>(value);
}

template <typename T>
inline constexpr bool is_float_type =
    std::is_floating_point_v<T> || std::is_same_v<T, Half> || std::is_same_v<T, BFloat>;

template <typename F>
void visit_float(const Call& call, ElementType type, F&& f) {
  bool visited = false;
  with_cpp_type(type, [&]<typename T>(std::type_identity<T> known) {
    if constexpr (is_float_type<T>) {
      f(known);
      visited = true;
    }
  });
  if (!visited) {
    call.fail_type(type);
  }
}

template <typename F>
void visit_integer(const Call& call, ElementType type, F&& f) {
  bool visited = false;
  with_cpp_type(type, [&]<typename T>(std::type_identity<T> known) {
    if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>) {
      f(known);
      visited = true;
    }
  });
  if (!visited) {
    call.fail_type(type);
  }
}

/// Floats and integers.
template <typename F>
void visit_number(const Call& call, ElementType type, F&& f) {
  is_float(type) ? visit_float(call, type, f) : visit_integer(call, type, f);
}

/// Numbers and bool.
template <typename F>
void visit_all(const Call& call, ElementType type, F&& f) {
  type == ElementType::boolean ? f(std::type_identity<bool>{}) : visit_number(call, type, f);
}

/// The elements as doubles: exact but for s64 and u64 beyond 2^53.
[[nodiscard]] std::vector<double> to_doubles(const Call& call, const Array& array);
/// Doubles as 8-bit floats or 4-bit integers, rounded as encode_narrow() does; the attribute
/// saturate decides what becomes of large numbers.
[[nodiscard]] Array narrow_from_doubles(const Call& call, ElementType type, Shape dims,
                                        const std::vector<double>& values);
/// Doubles rounded to a float type.
[[nodiscard]] Array from_doubles(const Call& call, ElementType type, Shape dims,
                                 const std::vector<double>& values);

}  // namespace caloquant::onnx
