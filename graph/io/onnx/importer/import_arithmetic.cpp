// Add, Sub, Mul, Div, Neg, Sum. With a constant they become Affine, of two computed tensors there
// is the sum only.

#include <algorithm>

#include "graph/io/onnx/importer/operands.hpp"
#include "graph/io/onnx/importer/translators.hpp"

namespace caloquant::onnx {
namespace {

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
  return apply_line(node, src, operand_beside(node, operands.constant, node.shape(src)), form);
}

Tensor mapped(Tensor values, float (*f)(float)) {
  for (float& value : values.data<float>()) {
    value = f(value);
  }
  return values;
}

}  // namespace

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
  return apply_line(node, src, values, {false, 1.0F});
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
      total = apply_line(node, *total, values, {false, 1.0F});
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
  return apply_line(node, src, mapped(values, [](float x) { return -x; }), {false, 1.0F});
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
  return apply_line(node, src, mapped(values, [](float x) { return 1.0F / x; }), {true, 0.0F});
}

ImportedValue import_negative(const NodeImport& node) {
  return node.scale_shift("", node.computed(0), -1.0F, 0.0F);
}

}  // namespace caloquant::onnx
