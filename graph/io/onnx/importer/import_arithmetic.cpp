// Add, Sub, Mul, Div, Neg, Sum, Max, Min. With a constant they become Affine or bounds; of computed
// tensors there are the sum and the extrema.

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "graph/io/onnx/importer/operands.hpp"
#include "graph/io/onnx/importer/translators.hpp"

namespace caloquant::onnx {
namespace {

Tensor mapped(Tensor values, float (*f)(float)) {
  for (float& value : values.data<float>()) {
    value = f(value);
  }
  return values;
}

/// 1 / values, by which x is multiplied: one factor, or two, one after the other, where the one
/// would be denormal or infinite. Both are normal numbers then, the second a power of two, so that
/// the quotient is finite where x / value is, and within 1.5 ulp of it: half of one each for the
/// first factor and for its product. (A denormal quotient may be half a smallest number further.)
struct Reciprocals {
  Tensor first;
  std::optional<Tensor> second;
};

Reciprocals reciprocals_of(const Tensor& values) {
  Reciprocals result{mapped(values, [](float x) { return 1.0F / x; }), std::nullopt};
  const auto first = result.first.data<float>();
  if (std::ranges::all_of(first, [](float factor) { return std::isnormal(factor); })) {
    return result;
  }
  result.second = values;
  for (std::size_t i = 0; i < first.size(); ++i) {
    if (std::isnormal(first[i])) {
      result.second->data<float>()[i] = 1.0F;
      continue;
    }
    int exponent = 0;
    const float fraction = std::frexp(values.data<float>()[i], &exponent);
    first[i] = std::ldexp(1.0F / fraction, -exponent / 2);
    result.second->data<float>()[i] = std::ldexp(1.0F, -exponent - (-exponent / 2));
  }
  return result;
}

/// mul * src that this addition alone reads: one Affine does both.
std::optional<ValueId> added_to_product(const NodeImport& node, ValueId src, const Tensor& values) {
  const Graph& graph = node.editor().graph();
  const Node* product = graph.producer(src);
  const Shape& dims = node.shape(src);
  if (product == nullptr || !std::holds_alternative<Affine>(product->op) ||
      values.size() != dims[1] || values.shape()[1] != dims[1] ||
      !node.sole_reader(node.is_computed(0) ? 0 : 1)) {
    return std::nullopt;
  }
  const auto nothing = graph.constant(*product, 2)->data<float>();
  if (std::any_of(nothing.begin(), nothing.end(), [](float x) { return x != 0.0F; })) {
    return std::nullopt;
  }
  const std::vector<ValueId> inputs = product->inputs;
  Tensor vector = values;
  vector.reshape({dims[1]});
  return node.add("", Affine{},
                  {inputs[0], inputs[1], node.add_constant("/add", std::move(vector))});
}

/// A MatMul that this addition alone reads gets the constant as its bias. (The canonical passes do
/// the same, but not for a Dense with more than two axes.)
std::optional<ValueId> bias_of_dense(const NodeImport& node, std::size_t index, ValueId src,
                                     const Tensor& values) {
  const Graph& graph = node.editor().graph();
  const Node* producer = graph.producer(src);
  const Shape& dims = node.shape(src);
  if (producer == nullptr || !std::holds_alternative<Dense>(producer->op) ||
      producer->inputs.size() != 2 || values.size() != dims.back() ||
      values.shape().back() != dims.back() || !node.sole_reader(index)) {
    return std::nullopt;
  }
  Tensor bias = values;
  bias.reshape({dims.back()});
  std::vector<ValueId> inputs = producer->inputs;
  inputs.push_back(node.add_constant("/bias", std::move(bias)));
  const auto id = static_cast<NodeId>(producer - graph.nodes().data());
  node.editor().replace_node(id, Dense{}, std::move(inputs));
  return src;
}

/// The computed and the constant operand; a is the computed one's index.
struct Operands {
  std::size_t computed = 0;
  std::size_t constant = 1;
};

Operands operands_of(const NodeImport& node) {
  return node.is_computed(0) ? Operands{0, 1} : Operands{1, 0};
}

ImportedValue with_constant(const NodeImport& node, const LineForm& form) {
  const Operands operands = operands_of(node);
  const ValueId src = node.computed(operands.computed);
  return combine_constant(node, src, operand_beside(node, operands.constant, node.shape(src)),
                          form);
}

/// src, but not beyond what the known input `index` says.
ValueId bound_by(const NodeImport& node, ExtremumKind kind, ValueId src, std::size_t index) {
  const Tensor values = operand_beside(node, index, node.shape(src), node.bounds(index));
  const auto bounds = values.data<float>();
  if (std::ranges::any_of(bounds, [&](float x) { return x != bounds[0]; })) {
    return combine_constant(node, src, values, kind);
  }
  constexpr float infinity = std::numeric_limits<float>::infinity();
  if (kind == ExtremumKind::maximum) {
    return node.clip("", src, bounds[0], infinity);
  }
  return node.clip("", src, -infinity, bounds[0]);
}

}  // namespace

/// What is computed first, then the constants one by one: the order does not matter.
ImportedValue import_extremum(const NodeImport& node) {
  const auto kind = node.call().node().op == "Max" ? ExtremumKind::maximum : ExtremumKind::minimum;
  std::optional<ValueId> dst;
  for (std::size_t i = 0; i < node.call().input_count(); ++i) {
    if (!node.is_known(i)) {
      const ValueId next = node.computed(i);
      dst = dst ? combine_computed(node, Extremum{kind}, *dst, next) : next;
    }
  }
  const ValueId computed = *dst;
  for (std::size_t i = 0; i < node.call().input_count(); ++i) {
    if (node.is_known(i)) {
      dst = bound_by(node, kind, *dst, i);
    }
  }
  return node.call().input_count() == 1 ? node.add("", Identity{}, {computed}) : *dst;
}

ImportedValue import_add(const NodeImport& node) {
  if (node.is_computed(0) && node.is_computed(1)) {
    return add_computed(node, node.computed(0), node.computed(1));
  }
  const Operands operands = operands_of(node);
  const ValueId src = node.computed(operands.computed);
  const Tensor values = operand_beside(node, operands.constant, node.shape(src));
  if (const auto biased = bias_of_dense(node, operands.computed, src, values)) {
    return *biased;
  }
  if (const auto joined = added_to_product(node, src, values)) {
    return *joined;
  }
  return combine_constant(node, src, values, LineForm{false, 1.0F});
}

ImportedValue import_sum(const NodeImport& node) {
  std::optional<ValueId> total;
  for (std::size_t i = 0; i < node.call().input_count(); ++i) {
    if (!node.is_known(i)) {
      total = total ? add_computed(node, *total, node.computed(i)) : node.computed(i);
    }
  }
  for (std::size_t i = 0; i < node.call().input_count(); ++i) {
    if (node.is_known(i)) {
      const Tensor values = operand_beside(node, i, node.shape(total.value()));
      total = combine_constant(node, *total, values, LineForm{false, 1.0F});
    }
  }
  return total.value();
}

ImportedValue import_subtract(const NodeImport& node) {
  if (node.is_computed(0) && node.is_computed(1)) {
    const ValueId negative = node.scale_shift("/negative", node.computed(1), -1.0F, 0.0F);
    return add_computed(node, node.computed(0), negative);
  }
  if (!node.is_computed(0)) {  // k - x
    return with_constant(node, {false, -1.0F});
  }
  const ValueId src = node.computed(0);
  const Tensor values = operand_beside(node, 1, node.shape(src));
  return combine_constant(node, src, mapped(values, [](float x) { return -x; }),
                          LineForm{false, 1.0F});
}

/// x * sigmoid(x) is one function of the graph; other products of two computed tensors are not.
ImportedValue import_multiply(const NodeImport& node) {
  if (!node.is_computed(0) || !node.is_computed(1)) {
    return with_constant(node, {true, 0.0F});
  }
  for (const Operands operands : {Operands{0, 1}, Operands{1, 0}}) {
    const Node* gate = node.editor().graph().producer(node.computed(operands.constant));
    const auto* eltwise = gate == nullptr ? nullptr : std::get_if<Eltwise>(&gate->op);
    if (eltwise != nullptr && eltwise->kind == EltwiseKind::sigmoid &&
        gate->inputs.front() == node.computed(operands.computed)) {
      return node.add("", Eltwise{EltwiseKind::swish, 0.0F}, {gate->inputs.front()});
    }
  }
  node.fail("multiplies two computed tensors, which the graph has no operator for",
            "products with constants and x * sigmoid(x) are supported");
}

ImportedValue import_divide(const NodeImport& node) {
  if (!node.is_computed(0) || node.is_computed(1)) {
    node.fail("divides by a computed tensor, which the graph has no operator for",
              "divisions by constants are supported");
  }
  const ValueId src = node.computed(0);
  const Tensor values = operand_beside(node, 1, node.shape(src));
  const auto numbers = values.data<float>();
  node.require(std::find(numbers.begin(), numbers.end(), 0.0F) == numbers.end(), "divides by 0");
  const Reciprocals reciprocals = reciprocals_of(values);
  constexpr LineForm product{true, 0.0F};
  const ValueId quotient = combine_constant(node, src, reciprocals.first, product);
  return reciprocals.second ? combine_constant(node, quotient, *reciprocals.second, product)
                            : quotient;
}

ImportedValue import_negative(const NodeImport& node) {
  return node.scale_shift("", node.computed(0), -1.0F, 0.0F);
}

}  // namespace caloquant::onnx
