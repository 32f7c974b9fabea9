#pragma once

#include <caloquant/types.hpp>
#include <cstdint>
#include <vector>

namespace caloquant {

/// Per-tensor quantization parameters. THE meaning of scale in this project:
///   x = scale * (q - zero_point),   q = saturate(round_half_to_even(x / scale) + zero_point)
/// (ONNX QuantizeLinear, opset 13). `scale` is real units per integer step, always > 0. Adapters to
/// libraries that keep the reciprocal or an output multiplier convert at their own border.
struct QuantParams {
  DType dtype = DType::u8;  ///< u8 or s8
  float scale = 1.0F;
  std::int32_t zero_point = 0;  ///< within the range of dtype, so that real 0 is exact

  friend bool operator==(const QuantParams&, const QuantParams&) = default;
};

/// How one layer is quantized: its src tensor and its s8 weights (zero point 0, values -127..127).
struct LayerQuant {
  QuantParams src;
  /// Weight scales: one (per_tensor) or one per output channel (per_channel).
  std::vector<float> weight_scales;

  friend bool operator==(const LayerQuant&, const LayerQuant&) = default;
};

}  // namespace caloquant
