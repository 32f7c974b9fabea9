#pragma once

#include <caloquant/qparams.hpp>
#include <cstdint>
#include <span>
#include <vector>

#include "ops/core/tensor.hpp"

namespace caloquant {

/// Smallest and largest integer of a quantized dtype (u8: 0..255, s8: -128..127).
struct QRange {
  std::int32_t low;
  std::int32_t high;
};
[[nodiscard]] QRange range_of(DType dtype);

/// Round half to even, then saturate. The one place where rounding to integers is decided; NaN
/// becomes `low`.
[[nodiscard]] std::int32_t round_saturate(float value, QRange range);

/// q of one value (x / scale, rounded, plus zero point, saturated).
[[nodiscard]] std::int32_t quantize(float x, const QuantParams& params);
/// x of one q.
[[nodiscard]] inline float dequantize(std::int32_t q, const QuantParams& params) {
  return params.scale * static_cast<float>(q - params.zero_point);
}

/// Whole arrays; T is std::uint8_t or std::int8_t and must match params.dtype.
template <typename T>
void quantize(std::span<const float> src, std::span<T> dst, const QuantParams& params);
template <typename T>
void dequantize(std::span<const T> src, std::span<float> dst, const QuantParams& params);

/// Parameters that cover [low, high] and 0.
///  asymmetric u8: scale = (high - low) / 255, zero_point = round(-low / scale)
///  symmetric s8:  scale = max(|low|, |high|) / 127, zero_point = 0
///  scaled u8:     scale = high / 255, zero_point = 0 (negative values are clamped)
/// A range of width 0 (a dead tensor) gets scale 1. The scale never falls below the smallest normal
/// float times 2^8, so that its reciprocal stays finite.
[[nodiscard]] QuantParams asymmetric_u8(float low, float high);
[[nodiscard]] QuantParams symmetric_s8(float low, float high);
[[nodiscard]] QuantParams scaled_u8(float high);

/// s8 weights in -127..127 with their scales.
struct QuantizedWeights {
  Tensor values;              ///< s8, shape of the weights
  std::vector<float> scales;  ///< 1 or weights.shape()[0] of them
};
/// Symmetric min-max scales of f32 weights [OC, ...]: max|w| / 127 over the whole tensor or per
/// output channel (axis 0). A channel of zeros gets scale 1.
[[nodiscard]] std::vector<float> minmax_weight_scales(const Tensor& weights, bool per_channel);
/// Scales c max|w| / 127 with the factor c in [1/4, 1] for which the s8 weights have the smallest
/// squared error; the largest of equal ones, so that it is never worse than min-max. Searched on a
/// grid of 1/64 and then of 1/1024 around the best. A channel of zeros gets scale 1.
[[nodiscard]] std::vector<float> mse_weight_scales(const Tensor& weights, bool per_channel);
/// s8 of f32 weights [OC, ...] with one scale, or one per output channel (axis 0).
[[nodiscard]] QuantizedWeights quantize_weights(const Tensor& weights, std::vector<float> scales);
/// The same with min-max scales.
[[nodiscard]] QuantizedWeights quantize_weights(const Tensor& weights, bool per_channel);

}  // namespace caloquant
