// Activation functions, Clip and Softmax.

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "graph/io/onnx/importer/operands.hpp"
#include "graph/io/onnx/importer/translators.hpp"

namespace caloquant::onnx {
namespace {

struct NamedFunction {
  std::string_view op;
  EltwiseKind kind;
  double alpha;  ///< when the attribute alpha is not given
};

constexpr std::array functions{
    NamedFunction{"Elu", EltwiseKind::elu, 1.0},
    NamedFunction{"Exp", EltwiseKind::exp, 0.0},
    NamedFunction{"Gelu", EltwiseKind::gelu, 0.0},
    NamedFunction{"HardSigmoid", EltwiseKind::hard_sigmoid, 0.0},
    NamedFunction{"LeakyRelu", EltwiseKind::leaky_relu, static_cast<double>(0.01F)},
    NamedFunction{"Relu", EltwiseKind::relu, 0.0},
    NamedFunction{"Selu", EltwiseKind::selu, 0.0},
    NamedFunction{"Sigmoid", EltwiseKind::sigmoid, 0.0},
    NamedFunction{"Softplus", EltwiseKind::softplus, 0.0},
    NamedFunction{"Softsign", EltwiseKind::softsign, 0.0},
    NamedFunction{"Tanh", EltwiseKind::tanh, 0.0},
};

/// Attributes that the graph's functions do not have must have their usual values.
void check_attributes(const NodeImport& node, EltwiseKind kind) {
  const auto is = [&](const char* name, float usual) {
    return std::fabs(node.call().number(name, static_cast<double>(usual)) -
                     static_cast<double>(usual)) < 1e-6;
  };
  const bool usual = kind == EltwiseKind::hard_sigmoid ? is("alpha", 0.2F) && is("beta", 0.5F)
                     : kind == EltwiseKind::selu
                         ? is("alpha", 1.6732632F) && is("gamma", 1.0507010F)
                     : kind == EltwiseKind::gelu ? node.call().text("approximate", "none") == "none"
                                                 : true;
  node.require(usual, "has other parameters than the usual ones, which is not supported");
}

/// A bound of Clip; infinite when it is not given.
double clip_bound(const NodeImport& node, std::size_t index, const char* name, double none) {
  if (node.opset() < 11) {
    return node.call().number(name, none);
  }
  if (!node.has_input(index)) {
    return none;
  }
  (void)node.constant(index);  // says what is wrong when it is computed
  return node.call().number_input(index);
}

}  // namespace

ImportedValue import_eltwise(const NodeImport& node) {
  const auto* function = std::find_if(
      functions.begin(), functions.end(),
      [&](const NamedFunction& candidate) { return node.call().node().op == candidate.op; });
  CALOQUANT_EXPECT(function != functions.end());
  check_attributes(node, function->kind);
  const bool has_alpha =
      function->kind == EltwiseKind::elu || function->kind == EltwiseKind::leaky_relu;
  const double alpha = has_alpha ? node.call().number("alpha", function->alpha) : 0.0;
  return node.add("", Eltwise{function->kind, static_cast<float>(alpha)}, {node.computed(0)});
}

/// One slope is a LeakyRelu; others, along any axes: relu(x) - slope * relu(-x).
ImportedValue import_prelu(const NodeImport& node) {
  const ValueId src = node.computed(0);
  Tensor slope = operand_beside(node, 1, node.shape(src));
  const auto slopes = slope.data<float>();
  if (std::all_of(slopes.begin(), slopes.end(), [&](float s) { return s == slopes[0]; })) {
    return node.add("", Eltwise{EltwiseKind::leaky_relu, slopes[0]}, {src});
  }
  std::transform(slopes.begin(), slopes.end(), slopes.begin(), [](float s) { return -s; });
  const ValueId positive = node.add("/positive", Eltwise{EltwiseKind::relu, 0.0F}, {src});
  const ValueId flipped = node.scale_shift("/flip", src, -1.0F, 0.0F);
  const ValueId negative = node.add("/negative", Eltwise{EltwiseKind::relu, 0.0F}, {flipped});
  const ValueId scaled = apply_line(node, negative, slope, {true, 0.0F}, "/slope");
  return node.add("", Add{}, {positive, scaled});
}

/// clip(x, a, b) = relu_{b - a}(x - a) + a, where relu_m(x) = min(max(x, 0), m).
ImportedValue import_clip(const NodeImport& node) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const auto largest = static_cast<double>(std::numeric_limits<float>::max());
  const ValueId src = node.computed(0);
  double low = clip_bound(node, 1, "min", -infinity);
  double high = clip_bound(node, 2, "max", infinity);
  if (low <= -largest) {  // how exporters write "none"
    low = -infinity;
  }
  if (high >= largest) {
    high = infinity;
  }
  node.require(low < high, "has an empty range");
  if (std::isinf(low) && std::isinf(high)) {
    return node.add("", Identity{}, {src});
  }
  if (std::isinf(low)) {  // min(x, b) = b - relu(b - x)
    const ValueId flipped = node.scale_shift("/flip", src, -1.0F, static_cast<float>(high));
    const ValueId above = node.add("/relu", Eltwise{EltwiseKind::relu, 0.0F}, {flipped});
    return node.scale_shift("", above, -1.0F, static_cast<float>(high));
  }
  const float most = std::isinf(high) ? 0.0F : static_cast<float>(high - low);
  if (low == 0.0) {
    return node.add("", Eltwise{EltwiseKind::relu, most}, {src});
  }
  const ValueId shifted = node.scale_shift("/shift", src, 1.0F, static_cast<float>(-low));
  const ValueId clipped = node.add("/relu", Eltwise{EltwiseKind::relu, most}, {shifted});
  return node.scale_shift("", clipped, 1.0F, static_cast<float>(low));
}

ImportedValue import_softmax(const NodeImport& node) {
  const ValueId src = node.computed(0);
  const Shape dims = node.shape(src);
  const bool matrix = node.opset() < 13;
  const std::size_t axis =
      node.call().axis(node.call().integer("axis", matrix ? 1 : -1), dims.size());
  node.require(axis > 0, "sums over the batch");
  if (!matrix || axis + 1 == dims.size()) {
    return node.add("", Softmax{static_cast<std::int64_t>(axis)}, {src});
  }
  // Before opset 13 all axes from `axis` on are one.
  const Shape kept(dims.begin() + 1, dims.begin() + static_cast<std::ptrdiff_t>(axis));
  Shape flat = kept;
  flat.push_back(sample_size(dims) / std::max<std::int64_t>(1, element_count(kept)));
  const ValueId folded = node.reshape("/fold", src, flat);
  const ValueId dst = node.add("", Softmax{static_cast<std::int64_t>(axis)}, {folded});
  return node.reshape("/unfold", dst, {dims.begin() + 1, dims.end()});
}

}  // namespace caloquant::onnx
