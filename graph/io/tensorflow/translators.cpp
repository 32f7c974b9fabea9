#include <algorithm>
#include <array>
#include <string_view>

#include "graph/io/tensorflow/translation.hpp"

namespace caloquant::tensorflow {
namespace {

struct Entry {
  std::string_view op;
  Translator translate;
};

/// Sorted by name, as messages list them.
constexpr std::array entries{
    Entry{"Abs", translate_unary},
    Entry{"Add", translate_binary},
    Entry{"AddN", translate_sum},
    Entry{"AddV2", translate_binary},
    Entry{"AvgPool", translate_pool},
    Entry{"AvgPool3D", translate_pool},
    Entry{"BatchMatMulV2", translate_matmul},
    Entry{"BiasAdd", translate_bias_add},
    Entry{"Cast", translate_cast},
    Entry{"ClipByValue", translate_clip},
    Entry{"ConcatV2", translate_concat},
    Entry{"Const", translate_const},
    Entry{"Conv2D", translate_conv},
    Entry{"Conv2DBackpropInput", translate_conv_transpose},
    Entry{"Conv3D", translate_conv},
    Entry{"Conv3DBackpropInputV2", translate_conv_transpose},
    Entry{"Elu", translate_unary},
    Entry{"Erf", translate_unary},
    Entry{"Exp", translate_unary},
    Entry{"ExpandDims", translate_expand_dims},
    Entry{"Floor", translate_unary},
    Entry{"FusedBatchNorm", translate_batch_norm},
    Entry{"FusedBatchNormV2", translate_batch_norm},
    Entry{"FusedBatchNormV3", translate_batch_norm},
    Entry{"Identity", translate_identity},
    Entry{"IdentityN", translate_identity},
    Entry{"LeakyRelu", translate_unary},
    Entry{"Log", translate_unary},
    Entry{"MatMul", translate_matmul},
    Entry{"Max", translate_reduce},
    Entry{"MaxPool", translate_pool},
    Entry{"MaxPool3D", translate_pool},
    Entry{"Maximum", translate_binary},
    Entry{"Mean", translate_reduce},
    Entry{"Min", translate_reduce},
    Entry{"Minimum", translate_binary},
    Entry{"Mul", translate_binary},
    Entry{"Neg", translate_unary},
    Entry{"Pack", translate_pack},
    Entry{"Pad", translate_pad},
    Entry{"PadV2", translate_pad},
    Entry{"PlaceholderWithDefault", translate_identity},
    Entry{"PreventGradient", translate_identity},
    Entry{"Prod", translate_reduce},
    Entry{"ReadVariableOp", translate_read_variable},
    Entry{"RealDiv", translate_binary},
    Entry{"Reciprocal", translate_unary},
    Entry{"Relu", translate_unary},
    Entry{"Relu6", translate_relu6},
    Entry{"Reshape", translate_reshape},
    Entry{"ResizeNearestNeighbor", translate_resize},
    Entry{"Rsqrt", translate_rsqrt},
    Entry{"Selu", translate_unary},
    Entry{"Shape", translate_shape},
    Entry{"Sigmoid", translate_unary},
    Entry{"Snapshot", translate_identity},
    Entry{"Softmax", translate_softmax},
    Entry{"Softplus", translate_unary},
    Entry{"Softsign", translate_unary},
    Entry{"Split", translate_split},
    Entry{"SplitV", translate_split},
    Entry{"Sqrt", translate_unary},
    Entry{"Square", translate_square},
    Entry{"Squeeze", translate_squeeze},
    Entry{"StopGradient", translate_identity},
    Entry{"StridedSlice", translate_strided_slice},
    Entry{"Sub", translate_binary},
    Entry{"Sum", translate_reduce},
    Entry{"Tanh", translate_unary},
    Entry{"Tile", translate_tile},
    Entry{"Transpose", translate_transpose},
    Entry{"VarHandleOp", translate_handle},
    Entry{"Variable", translate_handle},
    Entry{"VariableV2", translate_handle},
};

}  // namespace

Translator find_translator(std::string_view op) {
  const auto* found = std::find_if(entries.begin(), entries.end(),
                                   [&](const Entry& entry) { return entry.op == op; });
  return found == entries.end() ? nullptr : found->translate;
}

std::string translatable_operators() {
  std::string text;
  for (const Entry& entry : entries) {
    text += (text.empty() ? "" : ", ") + std::string(entry.op);
  }
  return text;
}

}  // namespace caloquant::tensorflow
