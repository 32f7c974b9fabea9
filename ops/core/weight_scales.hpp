#pragma once

#include <caloquant/qparams.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "ops/core/qmath.hpp"
#include "ops/core/tensor.hpp"

namespace caloquant {

// Every scale of weights is chosen here. For any finite f32 numbers, denormal ones and the largest
// too:
//  - a scale keeps the bounds of ops/core/qmath.hpp;
//  - a step of a layer's sums, src.scale * weight_scale, is at least smallest_scale, and the
//    product of the largest src and the largest weight is finite;
//  - a bias is at most largest_bias_steps such steps beside an integer src, because runtimes keep
//  it
//    in 32 bits, also where a file has it in f32 (ONNX Runtime does so, and saturates). In int8,
//    where they add it to the sum, both together fit 32 bits. Of w8 the steps are finite.
// The last two raise (seldom lower) the scales, see layer_weight_scales(): weights far below a step
// of the sums become 0. Ordinary numbers stay as they are.

/// Half of what 32 bits hold; the other half is for the sum.
inline constexpr float largest_bias_steps = 0x1p30F;

/// The largest |q| of an s16 src for which no sum over s8 weights [OC, ...] leaves 32 bits, at most
/// 32767: (2^31 - 1) / max over channels of sum |w|.
[[nodiscard]] std::int32_t s16_limit(const Tensor& weights);

/// Throws BackendError with that place when a sum of products of s8 weights [OC, ...] with integers
/// of `src` may leave 32 bits.
void require_exact_sums(const std::string& place, const Tensor& weights, const QuantParams& src);

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
/// The scales that a layer can have in place of these (one, or one per output channel): with f32
/// weights [OC, ...], src and bias (null: none) they keep the rules above.
[[nodiscard]] std::vector<float> layer_weight_scales(std::vector<float> scales,
                                                     const Tensor& weights, const QuantParams& src,
                                                     const Tensor* bias);
/// The weight scale of an output channel.
[[nodiscard]] inline float weight_scale_of(const LayerQuant& quant, std::size_t channel) {
  return quant.weight_scales[quant.weight_scales.size() == 1 ? 0 : channel];
}
/// What one step of the integer sums of an output channel is worth, in f32 as every kernel has it.
[[nodiscard]] inline float step_of_sums(const LayerQuant& quant, std::size_t channel) {
  return quant.src.scale * weight_scale_of(quant, channel);
}
/// The bias `wanted` of a channel where it keeps the rules above beside s8 weights [OC, ...], else
/// `before`.
[[nodiscard]] float usable_bias(double wanted, float before, const Tensor& weights,
                                const LayerQuant& quant, std::size_t channel);
/// Why no layer can be computed with these scales and this bias (null: none): a step of the sums
/// that is 0 or infinite, or a bias that is infinitely many. Empty when it can.
[[nodiscard]] std::string quant_problem(const LayerQuant& quant, const Tensor* bias);

/// s8 of f32 weights [OC, ...] with one scale, or one per output channel (axis 0).
[[nodiscard]] QuantizedWeights quantize_weights(const Tensor& weights, std::vector<float> scales);
/// The same with min-max scales.
[[nodiscard]] QuantizedWeights quantize_weights(const Tensor& weights, bool per_channel);

}  // namespace caloquant
