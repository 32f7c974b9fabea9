#pragma once

#include <bit>
#include <caloquant/qparams.hpp>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

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

// Every scale is chosen here, of activations and of weights. For any finite f32 numbers, denormal
// ones and the largest too:
//  - a scale is at least smallest_scale, and at most so large that every x = scale * (q -
//    zero_point) is finite: values beyond that saturate;
//  - a step of a layer's sums, src.scale * weight_scale, is at least smallest_scale, and the
//    product of the largest src and the largest weight is finite;
//  - a bias is a whole number of such steps: at most largest_bias_steps in int8, so that with the
//    sum it fits the 32 bits of engines that add it there; finite in other precisions.
// The last two raise (seldom lower) the scales of weights, see layer_weight_scales(): weights far
// below a step of the sums become 0. Ordinary numbers stay as they are.

/// The smallest normal f32 times 2^8: its reciprocal is finite, and its products with 8 bits are
/// normal.
inline constexpr float smallest_scale = 0x1p-118F;
/// Half of what 32 bits hold; the other half is for the sum.
inline constexpr float largest_bias_steps = 0x1p30F;

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

/// The largest |q| of an s16 src for which no sum over s8 weights [OC, ...] leaves 32 bits, at most
/// 32767: (2^31 - 1) / max over channels of sum |w|.
[[nodiscard]] std::int32_t s16_limit(const Tensor& weights);

/// Throws BackendError with that place when a sum of products of s8 weights [OC, ...] with integers
/// of `src` may leave 32 bits.
void require_exact_sums(const std::string& place, const Tensor& weights, const QuantParams& src);

/// The nearest bfloat16, half to even, as f32; infinite for the largest f32. NaN stays NaN.
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

/// f32 weights that quantized ones stand for: s8 times their scales, or bf16.
[[nodiscard]] Tensor dequantized_weights(const Tensor& weights, const LayerQuant& quant);

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
/// The scales that a layer can have in place of these (one, or one per output channel): with src
/// and bias (null: none) they keep the rules above.
[[nodiscard]] std::vector<float> layer_weight_scales(std::vector<float> scales,
                                                     const QuantParams& src, const Tensor* bias);
/// The bias `wanted` of a channel where it keeps the rules above, else `before`.
[[nodiscard]] float usable_bias(double wanted, float before, const LayerQuant& quant,
                                std::size_t channel);
/// Why no layer can be computed with these scales and this bias (null: none): a step of the sums
/// that is 0 or infinite, or a bias that is infinitely many. Empty when it can.
[[nodiscard]] std::string quant_problem(const LayerQuant& quant, const Tensor* bias);

/// s8 of f32 weights [OC, ...] with one scale, or one per output channel (axis 0).
[[nodiscard]] QuantizedWeights quantize_weights(const Tensor& weights, std::vector<float> scales);
/// The same with min-max scales.
[[nodiscard]] QuantizedWeights quantize_weights(const Tensor& weights, bool per_channel);

}  // namespace caloquant
