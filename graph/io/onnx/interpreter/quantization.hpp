#pragma once

#include <optional>
#include <vector>

#include "graph/io/onnx/interpreter/call.hpp"

namespace caloquant::onnx {

/// q - zero_point as doubles (exact). `array` holds u8 or s8, the zero point is a scalar or, along
/// `axis`, one per index; null means 0.
[[nodiscard]] std::vector<double> without_zero_point(const Call& call, const Array& array,
                                                     const Array* zero_point,
                                                     std::optional<std::size_t> axis);

/// Exact integer sums as s32, modulo 2^32.
[[nodiscard]] Array wrapped_s32(const Call& call, Shape dims, const std::vector<double>& sums);

/// Input `index`: f32 scales, all positive and finite.
[[nodiscard]] std::vector<float> scales_of(const Call& call, std::size_t index);

struct RequantizeScales {
  std::vector<float> a;  ///< of the first operand: one
  std::vector<float> b;  ///< of the second: one, or one per index of the axis
  std::vector<float> y;  ///< of the result: one
};

/// saturate(round_half_even(f32(sum) * f32(a * b / y)) + zero_point) in the type of zero_point, as
/// ONNX Runtime computes it: a * b / y and the product are rounded to f32.
[[nodiscard]] Array requantize(const Call& call, const Shape& dims, const std::vector<double>& sums,
                               const RequantizeScales& scales, const Array& zero_point,
                               std::size_t axis);

/// Saturated to u8 or s8 (and wider types by their own limits).
[[nodiscard]] double saturated(ElementType type, double value);

}  // namespace caloquant::onnx
