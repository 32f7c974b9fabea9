#pragma once

#include <bit>
#include <caloquant/qparams.hpp>
#include <cstdint>
#include <span>

#include "ops/core/tensor.hpp"

namespace caloquant {

/// Smallest and largest integer of a quantized tensor (u8: 0..255, s8: -128..127, s16: +-limit).
struct QRange {
  std::int32_t low;
  std::int32_t high;
};
[[nodiscard]] QRange range_of(const QuantParams& params);

/// Round half to even, then saturate. The one place where rounding to integers is decided; NaN
/// becomes `low`.
[[nodiscard]] std::int32_t round_saturate(float value, QRange range);

/// q of one value (x / scale, rounded, plus zero point, saturated).
[[nodiscard]] std::int32_t quantize(float x, const QuantParams& params);
/// x of one q.
[[nodiscard]] inline float dequantize(std::int32_t q, const QuantParams& params) {
  return params.scale * static_cast<float>(q - params.zero_point);
}

/// Whole arrays; T is std::uint8_t, std::int8_t or std::int16_t and must match params.dtype.
template <typename T>
void quantize(std::span<const float> src, std::span<T> dst, const QuantParams& params);
template <typename T>
void dequantize(std::span<const T> src, std::span<float> dst, const QuantParams& params);

// Every scale of activations is chosen here, those of weights in ops/core/weight_scales.hpp. For
// any finite f32 numbers, denormal ones and the largest too, a scale is at least smallest_scale,
// and at most so large that every x = scale * (q - zero_point) is finite: values beyond that
// saturate.

/// The smallest normal f32 times 2^8: its reciprocal is finite, and its products with 8 bits are
/// normal.
inline constexpr float smallest_scale = 0x1p-118F;
/// `scale` within these bounds, for a code whose integers lie up to `steps` from its zero point; 1
/// in the place of 0.
[[nodiscard]] float usable_scale(double scale, double steps);

/// Parameters that cover [low, high] and 0.
///  asymmetric u8: scale = (high - low) / 255, zero_point = round(-low / scale)
///  symmetric s8:  scale = max(|low|, |high|) / 127, zero_point = 0
///  scaled u8:     scale = high / 255, zero_point = 0 (negative values are clamped)
/// A range of width 0 (a dead tensor) gets scale 1.
[[nodiscard]] QuantParams asymmetric_u8(float low, float high);
[[nodiscard]] QuantParams symmetric_s8(float low, float high);
[[nodiscard]] QuantParams scaled_u8(float high);
///  symmetric s16: scale = max(|low|, |high|) / limit, zero_point = 0; 1 <= limit <= 32767
[[nodiscard]] QuantParams symmetric_s16(float low, float high, std::int32_t limit);

/// The nearest bfloat16, half to even, as f32; infinite for the largest f32. NaN stays NaN. Own
/// code: C++20 has no bfloat16, and that of oneDNN would pull it into every layer.
[[nodiscard]] inline float round_to_bf16(float x) {
  const auto bits = std::bit_cast<std::uint32_t>(x);
  if ((bits & 0x7FFFFFFFU) > 0x7F800000U) {
    return x;
  }
  return std::bit_cast<float>((bits + 0x7FFFU + ((bits >> 16U) & 1U)) & 0xFFFF0000U);
}
/// f32 -> bf16, same shape, and back. Finite weights stay finite: the largest ones saturate.
[[nodiscard]] Tensor to_bf16(const Tensor& values);
[[nodiscard]] Tensor from_bf16(const Tensor& values);

}  // namespace caloquant
