// Activation functions, Clip and Softmax.

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "graph/io/onnx/importer/operands.hpp"
#include "graph/io/onnx/importer/translators.hpp"

namespace caloquant::onnx {
namespace {

/// A function with the attributes alpha and beta where it has them, and what they are when they are
/// not given.
struct NamedFunction {
  std::string_view op;
  EltwiseKind kind;
  std::optional<double> alpha{};
  std::optional<double> beta{};
};

constexpr std::array functions{
    NamedFunction{"Elu", EltwiseKind::elu, 1.0},
    NamedFunction{"Exp", EltwiseKind::exp},
    NamedFunction{"Gelu", EltwiseKind::gelu},
    NamedFunction{"HardSigmoid", EltwiseKind::hard_sigmoid, static_cast<double>(0.2F), 0.5},
    NamedFunction{"LeakyRelu", EltwiseKind::leaky_relu, static_cast<double>(0.01F)},
    NamedFunction{"Relu", EltwiseKind::relu},
    NamedFunction{"Selu", EltwiseKind::selu},
    NamedFunction{"Sigmoid", EltwiseKind::sigmoid},
    NamedFunction{"Softplus", EltwiseKind::softplus},
    NamedFunction{"Softsign", EltwiseKind::softsign},
    NamedFunction{"Tanh", EltwiseKind::tanh},
    NamedFunction{"ThresholdedRelu", EltwiseKind::threshold, 1.0},
};

/// Attributes that the graph's functions do not have must have their usual values.
void check_attributes(const NodeImport& node, EltwiseKind kind) {
  const auto is = [&](const char* name, float usual) {
    return std::fabs(node.call().number(name, static_cast<double>(usual)) -
                     static_cast<double>(usual)) < 1e-6;
  };
  const bool usual = kind == EltwiseKind::selu ? is("alpha", 1.6732632F) && is("gamma", 1.0507010F)
                     : kind == EltwiseKind::gelu ? node.call().text("approximate", "none") == "none"
                                                 : true;
  node.require(usual, "has other parameters than the usual ones, which is not supported");
}

/// A bound of Clip: an attribute before opset 11, then an input that may be missing.
float clip_bound(const NodeImport& node, std::size_t index, const char* name, float sign) {
  if (node.opset() < 11) {
    const auto largest = static_cast<double>(std::numeric_limits<float>::max());
    return static_cast<float>(node.call().number(name, static_cast<double>(sign) * largest));
  }
  if (!node.has_input(index)) {
    return sign * std::numeric_limits<float>::infinity();
  }
  const Tensor bound = node.bounds(index);
  node.require(bound.size() == 1, "has a bound " + to_string(bound.shape()) + ", needs a number");
  return bound.data<float>()[0];
}

}  // namespace

ImportedValue import_eltwise(const NodeImport& node) {
  const auto* function = std::find_if(
      functions.begin(), functions.end(),
      [&](const NamedFunction& candidate) { return node.call().node().op == candidate.op; });
  CALOQUANT_EXPECT(function != functions.end());
  check_attributes(node, function->kind);
  const auto attribute = [&](const char* name, const std::optional<double>& usual) {
    return usual ? static_cast<float>(node.call().number(name, *usual)) : 0.0F;
  };
  const Eltwise eltwise{function->kind, attribute("alpha", function->alpha),
                        attribute("beta", function->beta)};
  return node.add("", eltwise, {node.computed(0)});
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
  const ValueId scaled = combine_constant(node, negative, slope, LineForm{true, 0.0F}, "/slope");
  return node.add("", Add{}, {positive, scaled});
}

ImportedValue import_clip(const NodeImport& node) {
  return node.clip("", node.computed(0), clip_bound(node, 1, "min", -1.0F),
                   clip_bound(node, 2, "max", 1.0F));
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
