#pragma once

#include <filesystem>
#include <string_view>

#include "graph/io/onnx/model.hpp"
#include "graph/ir/graph.hpp"

namespace caloquant {

/// For which engine quantized layers are written. All write Q/DQ pairs in front of them and s8
/// weights behind a DequantizeLinear, per channel on axis 0.
enum class OnnxProfile {
  onnxruntime,  ///< bias s32 = round(b / (src scale * weight scale)) behind a DequantizeLinear
  openvino,     ///< f32 bias
  tensorrt,     ///< f32 bias; activations must be s8 with zero point 0
};

struct OnnxOptions {
  OnnxProfile profile = OnnxProfile::onnxruntime;
};

/// Writes a graph as ONNX of opset 13, with the batch symbolic ("N"); node names are kept.
/// Quantized layers become QuantizeLinear, DequantizeLinear and the f32 operator. Throws ModelError
/// naming the layer that the profile cannot express, BackendError when the file cannot be written.
void write_onnx(const Graph& graph, const std::filesystem::path& file,
                const OnnxOptions& options = {});

namespace onnx {
/// The same as structs.
[[nodiscard]] Model export_graph(const Graph& graph, const OnnxOptions& options = {});
}  // namespace onnx

}  // namespace caloquant
