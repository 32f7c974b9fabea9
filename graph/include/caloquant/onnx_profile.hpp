#pragma once

#include <array>
#include <string_view>

#pragma GCC visibility push(default)
namespace caloquant {

/// For whom the quantized layers of an ONNX file are written. All have s8 weights in raw_data with
/// one scale per output channel, explicit pads, and QuantizeLinear and DequantizeLinear (Q, DQ)
/// right in front of the layer, none between a layer and its activation function.
///   onnxruntime: src as it was quantized, s32 bias
///   openvino:    src as it was quantized, f32 bias
///   tensorrt:    s8 src with zero point 0, f32 bias; no 16-bit src
///   portable:    the same, with 16-bit src where the plan has it
enum class OnnxProfile { onnxruntime, openvino, tensorrt, portable };

inline constexpr std::array onnx_profiles{OnnxProfile::onnxruntime, OnnxProfile::openvino,
                                          OnnxProfile::tensorrt, OnnxProfile::portable};

/// "onnxruntime", "openvino", "tensorrt", "portable".
[[nodiscard]] std::string_view name_of(OnnxProfile profile) noexcept;

}  // namespace caloquant
#pragma GCC visibility pop
