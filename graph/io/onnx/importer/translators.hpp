#pragma once

#include <optional>
#include <string_view>

#include "graph/io/onnx/importer/node_import.hpp"

namespace caloquant::onnx {

// ONNX operators as nodes of a Graph, one family per file. Each takes a node of which at least one
// input is computed and returns its first output.

// import_layers.cpp, import_conv_transpose.cpp
ImportedValue import_conv(const NodeImport& node);
ImportedValue import_conv_transpose(const NodeImport& node);
ImportedValue import_gemm(const NodeImport& node);
ImportedValue import_matmul(const NodeImport& node);
ImportedValue import_batch_norm(const NodeImport& node);

// import_quantized.cpp
ImportedValue import_quantize(const NodeImport& node);
ImportedValue import_dequantize(const NodeImport& node);
ImportedValue import_cast(const NodeImport& node);
/// Input 0 of Conv, Gemm or MatMul, without its quantization.
[[nodiscard]] ValueId layer_src(const NodeImport& node);
/// Makes the Conv or Dense `layer` compute as the inputs of the ONNX node say: in integers, bf16
/// or with 8-bit weights. Output channels are axis `axis` of the weights in the file; with 1 they
/// are a matrix [I, O].
void set_layer_quant(const NodeImport& node, ValueId layer, std::int64_t axis);
/// How DequantizeLinear or Cast makes f32 of a known input that a layer may want as it lies in the
/// file.
[[nodiscard]] std::optional<StoredWeights> stored_weights(const Call& call,
                                                          const std::shared_ptr<const Array>& src);

// import_activation.cpp
ImportedValue import_eltwise(const NodeImport& node);
ImportedValue import_prelu(const NodeImport& node);
ImportedValue import_clip(const NodeImport& node);
ImportedValue import_softmax(const NodeImport& node);

// import_arithmetic.cpp
ImportedValue import_add(const NodeImport& node);
ImportedValue import_subtract(const NodeImport& node);
ImportedValue import_multiply(const NodeImport& node);
ImportedValue import_divide(const NodeImport& node);
ImportedValue import_negative(const NodeImport& node);
ImportedValue import_sum(const NodeImport& node);
ImportedValue import_extremum(const NodeImport& node);

// import_shape.cpp
ImportedValue import_identity(const NodeImport& node);
ImportedValue import_dropout(const NodeImport& node);
ImportedValue import_reshape(const NodeImport& node);
ImportedValue import_flatten(const NodeImport& node);
ImportedValue import_squeeze(const NodeImport& node);
ImportedValue import_unsqueeze(const NodeImport& node);
ImportedValue import_transpose(const NodeImport& node);
ImportedValue import_pad(const NodeImport& node);

// import_depth_to_space.cpp
ImportedValue import_depth_to_space(const NodeImport& node);
/// Reshape, Transpose and Reshape to `extents` of what is a DepthToSpace, or nothing.
[[nodiscard]] std::optional<ValueId> recognised_depth_to_space(const NodeImport& node, ValueId src,
                                                               const Shape& extents);
/// A Slice to `extents` (batch included) that drops the last cells of a DepthToSpace, or nothing.
[[nodiscard]] std::optional<ValueId> cropped_depth_to_space(const NodeImport& node, ValueId src,
                                                            const Shape& extents);

// import_pieces.cpp
ImportedValue import_concat(const NodeImport& node);
ImportedValue import_slice(const NodeImport& node);
/// Split has several outputs.
std::vector<ImportedValue> import_split(const NodeImport& node);

// import_sampling.cpp
ImportedValue import_resize(const NodeImport& node);
ImportedValue import_upsample(const NodeImport& node);
ImportedValue import_expand(const NodeImport& node);
ImportedValue import_tile(const NodeImport& node);
ImportedValue import_pool(const NodeImport& node);
ImportedValue import_global_pool(const NodeImport& node);
ImportedValue import_reduce(const NodeImport& node);

using Translator = ImportedValue (*)(const NodeImport&);

/// The function for an operator, or null. (Split is asked for by name.)
[[nodiscard]] Translator find_translator(std::string_view op);
/// "Add, AveragePool, ...", for messages.
[[nodiscard]] std::string importable_operators();

}  // namespace caloquant::onnx
