#pragma once

#include <cstdint>

#include "graph/io/onnx/array.hpp"

namespace caloquant::onnx {

// Elements of 8-bit floats and 4-bit integers. An Array holds each in a byte of its own (4-bit
// integers with their sign extended); files pack two of the latter into a byte.

[[nodiscard]] bool is_float8(ElementType type);
[[nodiscard]] bool is_int4(ElementType type);
[[nodiscard]] inline bool is_narrow(ElementType type) {
  return is_float8(type) || is_int4(type);
}

/// The number that a byte of an array means.
[[nodiscard]] double decode_narrow(ElementType type, std::uint8_t byte);

/// Rounds half to even. Beyond the largest number: the largest with `saturate`, else infinity or,
/// where the type has none, NaN (https://onnx.ai/onnx/technical/float8.html). 4-bit integers always
/// saturate.
[[nodiscard]] std::uint8_t encode_narrow(ElementType type, double value, bool saturate);

}  // namespace caloquant::onnx
