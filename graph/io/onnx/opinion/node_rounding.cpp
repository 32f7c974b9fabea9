#include "graph/io/onnx/opinion/node_rounding.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace caloquant::onnx {
namespace {

struct KnownOperator {
  std::string_view op;
  Rounding rounding;
  bool element_wise = false;
};

constexpr std::array known_operators{
    KnownOperator{"Abs", Rounding::exact, true},
    KnownOperator{"Add", Rounding::sums},
    KnownOperator{"AveragePool", Rounding::sums},
    KnownOperator{"BatchNormalization", Rounding::sums},
    KnownOperator{"Clip", Rounding::exact, true},
    KnownOperator{"Concat", Rounding::exact},
    KnownOperator{"Conv", Rounding::sums},
    KnownOperator{"ConvTranspose", Rounding::sums},
    KnownOperator{"DepthToSpace", Rounding::exact},
    KnownOperator{"DequantizeLinear", Rounding::smooth},
    KnownOperator{"Div", Rounding::sums},
    KnownOperator{"Dropout", Rounding::exact},
    KnownOperator{"Elu", Rounding::smooth},
    KnownOperator{"Erf", Rounding::smooth},
    KnownOperator{"Exp", Rounding::smooth},
    KnownOperator{"Expand", Rounding::exact},
    KnownOperator{"Flatten", Rounding::exact},
    KnownOperator{"Gather", Rounding::exact},
    KnownOperator{"Gelu", Rounding::smooth},
    KnownOperator{"Gemm", Rounding::sums},
    KnownOperator{"GlobalAveragePool", Rounding::sums},
    KnownOperator{"GlobalMaxPool", Rounding::exact},
    KnownOperator{"HardSigmoid", Rounding::smooth},
    KnownOperator{"Identity", Rounding::exact},
    KnownOperator{"LeakyRelu", Rounding::smooth},
    KnownOperator{"MatMul", Rounding::sums},
    KnownOperator{"Max", Rounding::exact, true},
    KnownOperator{"MaxPool", Rounding::exact},
    KnownOperator{"Min", Rounding::exact, true},
    KnownOperator{"Mul", Rounding::sums},
    KnownOperator{"Neg", Rounding::exact, true},
    KnownOperator{"PRelu", Rounding::smooth},
    KnownOperator{"Pad", Rounding::exact},
    KnownOperator{"QuantizeLinear", Rounding::steps},
    KnownOperator{"ReduceMax", Rounding::exact},
    KnownOperator{"ReduceMean", Rounding::sums},
    KnownOperator{"ReduceSum", Rounding::sums},
    KnownOperator{"Relu", Rounding::exact, true},
    KnownOperator{"Reshape", Rounding::exact},
    KnownOperator{"Resize", Rounding::exact},
    KnownOperator{"Selu", Rounding::smooth},
    KnownOperator{"Sigmoid", Rounding::smooth},
    KnownOperator{"Slice", Rounding::exact},
    KnownOperator{"Softmax", Rounding::smooth},
    KnownOperator{"Softplus", Rounding::smooth},
    KnownOperator{"Softsign", Rounding::smooth},
    KnownOperator{"SpaceToDepth", Rounding::exact},
    KnownOperator{"Split", Rounding::exact},
    KnownOperator{"Squeeze", Rounding::exact},
    KnownOperator{"Sub", Rounding::sums},
    KnownOperator{"Sum", Rounding::sums},
    KnownOperator{"Tanh", Rounding::smooth},
    KnownOperator{"Tile", Rounding::exact},
    KnownOperator{"Transpose", Rounding::exact},
    KnownOperator{"Unsqueeze", Rounding::exact},
    KnownOperator{"Upsample", Rounding::exact},
};

const KnownOperator* find_rounding(const std::string& op) {
  const auto* found = std::find_if(known_operators.begin(), known_operators.end(),
                                   [&](const KnownOperator& known) { return known.op == op; });
  return found == known_operators.end() ? nullptr : found;
}

}  // namespace

Rounding rounding_of(const NodeDef& node, const Array& dst) {
  if (node.op == "Cast") {
    return dst.type() == ElementType::f32 ? Rounding::exact : Rounding::steps;
  }
  const KnownOperator* known = find_rounding(node.op);
  return known == nullptr ? Rounding::other : known->rounding;
}

bool is_element_wise(const NodeDef& node) {
  const KnownOperator* known = find_rounding(node.op);
  return known != nullptr && known->element_wise;
}

}  // namespace caloquant::onnx
