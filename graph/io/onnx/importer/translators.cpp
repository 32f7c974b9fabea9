#include "graph/io/onnx/importer/translators.hpp"

#include <algorithm>

namespace caloquant::onnx {
namespace {

struct Entry {
  std::string_view op;
  Translator translate;
};

/// Sorted by name, as messages list them.
constexpr std::array entries{
    Entry{"Add", import_add},
    Entry{"AveragePool", import_pool},
    Entry{"BatchNormalization", import_batch_norm},
    Entry{"Cast", import_cast},
    Entry{"Clip", import_clip},
    Entry{"Concat", import_concat},
    Entry{"Conv", import_conv},
    Entry{"ConvTranspose", import_conv_transpose},
    Entry{"DepthToSpace", import_depth_to_space},
    Entry{"DequantizeLinear", import_dequantize},
    Entry{"Div", import_divide},
    Entry{"Dropout", import_dropout},
    Entry{"Elu", import_eltwise},
    Entry{"Exp", import_eltwise},
    Entry{"Expand", import_expand},
    Entry{"Flatten", import_flatten},
    Entry{"Gelu", import_eltwise},
    Entry{"Gemm", import_gemm},
    Entry{"GlobalAveragePool", import_global_pool},
    Entry{"GlobalMaxPool", import_global_pool},
    Entry{"HardSigmoid", import_eltwise},
    Entry{"Identity", import_identity},
    Entry{"LeakyRelu", import_eltwise},
    Entry{"MatMul", import_matmul},
    Entry{"Max", import_extremum},
    Entry{"MaxPool", import_pool},
    Entry{"Min", import_extremum},
    Entry{"Mul", import_multiply},
    Entry{"Neg", import_negative},
    Entry{"PRelu", import_prelu},
    Entry{"Pad", import_pad},
    Entry{"QuantizeLinear", import_quantize},
    Entry{"ReduceMax", import_reduce},
    Entry{"ReduceMean", import_reduce},
    Entry{"ReduceSum", import_reduce},
    Entry{"Relu", import_eltwise},
    Entry{"Reshape", import_reshape},
    Entry{"Resize", import_resize},
    Entry{"Selu", import_eltwise},
    Entry{"Sigmoid", import_eltwise},
    Entry{"Slice", import_slice},
    Entry{"Softmax", import_softmax},
    Entry{"Softplus", import_eltwise},
    Entry{"Softsign", import_eltwise},
    Entry{"Squeeze", import_squeeze},
    Entry{"Sub", import_subtract},
    Entry{"Sum", import_sum},
    Entry{"Tanh", import_eltwise},
    Entry{"ThresholdedRelu", import_eltwise},
    Entry{"Tile", import_tile},
    Entry{"Transpose", import_transpose},
    Entry{"Unsqueeze", import_unsqueeze},
    Entry{"Upsample", import_upsample},
};

}  // namespace

Translator find_translator(std::string_view op) {
  const auto* found = std::find_if(entries.begin(), entries.end(),
                                   [&](const Entry& entry) { return entry.op == op; });
  return found == entries.end() ? nullptr : found->translate;
}

std::string importable_operators() {
  std::string text;
  for (const Entry& entry : entries) {
    text += (text.empty() ? "" : ", ") + std::string(entry.op);
  }
  return text + ", Split, and any operator that only constants go into";
}

}  // namespace caloquant::onnx
