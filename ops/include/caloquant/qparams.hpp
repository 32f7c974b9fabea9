#pragma once

#include <caloquant/types.hpp>
#include <cstdint>
#include <vector>

#pragma GCC visibility push(default)
namespace caloquant {

/// Per-tensor quantization parameters. THE meaning of scale in this project:
///   x = scale * (q - zero_point),   q = saturate(round_half_to_even(x / scale) + zero_point)
/// (ONNX QuantizeLinear, opset 13). `scale` is real units per integer step, always > 0. Adapters to
/// libraries that keep the reciprocal or an output multiplier convert at their own border.
///
/// The dtypes bf16 (x rounded to bfloat16, half to even) and f32 (x itself) stand beside the
/// integer ones with scale 1 and zero point 0.
struct QuantParams {
  DType dtype = DType::u8;      ///< u8, s8, s16, bf16 or f32
  float scale = 1.0F;           ///< > 0
  std::int32_t zero_point = 0;  ///< within the range of dtype, so that real 0 is exact
  /// s16: the largest |q|, at most 32767, so that the sums of the layer fit 32 bits. Else 0.
  std::int32_t limit = 0;

  friend bool operator==(const QuantParams&, const QuantParams&) = default;
};

/// How one layer is quantized: its src tensor and its weights, s8 (zero point 0, values -127..127)
/// or, with a bf16 src, bf16.
struct LayerQuant {
  QuantParams src;  ///< of the activations
  /// Weight scales: one (per_tensor) or one per output channel (per_channel); one of 1 for bf16.
  std::vector<float> weight_scales;

  friend bool operator==(const LayerQuant&, const LayerQuant&) = default;
};

/// int8: u8 or s8 src; w8a16: s16; bf16: bf16; w8: f32.
[[nodiscard]] Precision precision_of(const LayerQuant& quant) noexcept;

/// Are its products integers (int8, w8a16)?
[[nodiscard]] bool is_integer(const QuantParams& params) noexcept;

}  // namespace caloquant
#pragma GCC visibility pop
