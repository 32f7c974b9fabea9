// Add, Sub, Mul, Div, Neg, Sum, Max, Min. With a constant they become Affine or bounds; of computed
// tensors there are the sum and the extrema.

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>
#include <variant>

#include "graph/io/onnx/importer/translators.hpp"
#include "graph/io/onnx/interpreter/broadcast.hpp"

namespace caloquant::onnx {
namespace {

Tensor mapped(Tensor values, float (*f)(float)) {
  for (float& value : values.data<float>()) {
    value = f(value);
  }
  return values;
}

/// dst = mul * src + add; one of the two varies with `values`, the other is `fixed`.
struct LineForm {
  bool values_multiply = false;
  float fixed = 0.0F;
};

/// What a constant is to src.
using Form = std::variant<LineForm, ExtremumKind>;

/// A constant with the rank of src; it must not widen src.
Tensor aligned(const NodeImport& node, Tensor values, const Shape& src) {
  Shape dims = values.shape();
  while (!dims.empty() && dims.size() > src.size() && dims.front() == 1) {
    dims.erase(dims.begin());
  }
  node.require(dims.size() <= src.size(),
               "combines " + to_string(src) + " with a constant " + to_string(values.shape()));
  dims.insert(dims.begin(), src.size() - dims.size(), 1);
  for (std::size_t i = 0; i < dims.size(); ++i) {
    node.require(dims[i] == 1 || (i > 0 && dims[i] == src[i]),
                 "combines " + to_string(src) + " with a constant " + to_string(values.shape()) +
                     ", which would widen it or depends on the event");
  }
  values.reshape(dims);
  return values;
}

Tensor aligned(const NodeImport& node, std::size_t index, const Shape& src) {
  return aligned(node, node.weights(index), src);
}

/// The constant under the extents of src without the batch.
Tensor widened(const Tensor& values, const Shape& src) {
  const Shape dims(src.begin() + 1, src.end());
  Tensor result(DType::f32, dims);
  View view{dims, Shape(dims.size(), 0), 0};
  const Shape strides = row_major_strides(values.shape());
  for (std::size_t i = 0; i < dims.size(); ++i) {
    view.strides[i] = values.shape()[i + 1] == 1 ? 0 : strides[i + 1];
  }
  for_each_element(view, [&](std::size_t at, std::size_t from) {
    result.data<float>()[at] = values.data<float>()[from];
  });
  return result;
}

ValueId add_affine(const NodeImport& node, ValueId src, Tensor values, const LineForm& form) {
  const std::int64_t channels = values.size();
  values.reshape({channels});
  const char* const varying = form.values_multiply ? "/mul" : "/add";
  const char* const constant = form.values_multiply ? "/add" : "/mul";
  const ValueId vector = node.add_constant(varying, std::move(values));
  const ValueId other = node.add_constant(constant, filled(channels, form.fixed));
  return node.add("", Affine{},
                  form.values_multiply ? std::vector<ValueId>{src, vector, other}
                                       : std::vector<ValueId>{src, other, vector});
}

ValueId add_combined(const NodeImport& node, ValueId src, Tensor values, const Form& form) {
  if (const auto* line = std::get_if<LineForm>(&form)) {
    return add_affine(node, src, std::move(values), *line);
  }
  values.reshape({values.size()});
  return node.add("", Extremum{std::get<ExtremumKind>(form)},
                  {src, node.add_constant("/bounds", std::move(values))});
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

/// The operator over the one axis along which the constant varies, brought to axis 1; over all
/// cells when it varies along several.
ValueId combine(const NodeImport& node, ValueId src, const Tensor& values, const Form& form) {
  const Shape dims = node.shape(src);
  std::vector<std::size_t> varying;
  for (std::size_t i = 1; i < dims.size(); ++i) {
    if (values.shape()[i] > 1) {
      varying.push_back(i);
    }
  }
  if (varying.empty()) {
    node.require(dims.size() >= 2, "combines " + to_string(dims) + " with a constant");
    return add_combined(node, src, filled(dims[1], values.data<float>()[0]), form);
  }
  if (varying.size() == 1) {
    std::vector<std::int64_t> order(dims.size());
    std::iota(order.begin(), order.end(), 0);
    const auto axis = static_cast<std::ptrdiff_t>(varying[0]);
    std::rotate(order.begin() + 1, order.begin() + axis, order.begin() + axis + 1);
    std::vector<std::int64_t> back(dims.size());
    std::iota(back.begin(), back.end(), 0);
    std::rotate(back.begin() + 1, back.begin() + 2, back.begin() + axis + 1);
    const ValueId moved = node.transpose("/to_channels_first", src, order);
    return node.transpose("/to_channels_last", add_combined(node, moved, values, form), back);
  }
  const ValueId flat = node.reshape("/fold", src, {sample_size(dims)});
  const ValueId dst = add_combined(node, flat, widened(values, dims), form);
  return node.reshape("/unfold", dst, {dims.begin() + 1, dims.end()});
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

/// A computed tensor under wider extents: axes of one cell are repeated.
ValueId widen(const NodeImport& node, const std::string& suffix, ValueId src, const Shape& dims) {
  Shape now = node.shape(src);
  node.require(now.size() == dims.size(),
               "combines " + to_string(now) + " with " + to_string(dims));
  Shape repeats(dims.size(), 1);
  for (std::size_t i = 1; i < dims.size(); ++i) {
    repeats[i] = now[i] == 1 ? dims[i] : 1;
  }
  return node.repeat_cells(suffix, src, repeats);
}

/// Add or Extremum of two computed tensors.
ValueId combine_computed(const NodeImport& node, const Op& op, ValueId a, ValueId b) {
  if (node.shape(a) == node.shape(b)) {
    return node.add("", op, {a, b});
  }
  const Shape dims = broadcast(node.call(), node.sample_dims(a), node.sample_dims(b));
  return node.add("", op, {widen(node, "/widen", a, dims), widen(node, "/widen", b, dims)});
}

ValueId add_computed(const NodeImport& node, ValueId a, ValueId b) {
  return combine_computed(node, Add{}, a, b);
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
  return combine(node, src, aligned(node, operands.constant, node.shape(src)), form);
}

/// src, but not beyond what the constant says.
ValueId bound_by(const NodeImport& node, ExtremumKind kind, ValueId src, Tensor constant) {
  const Tensor values = aligned(node, std::move(constant), node.shape(src));
  const auto bounds = values.data<float>();
  if (std::ranges::any_of(bounds, [&](float x) { return x != bounds[0]; })) {
    return combine(node, src, values, kind);
  }
  constexpr float infinity = std::numeric_limits<float>::infinity();
  const bool lower = kind == ExtremumKind::maximum;
  return node.clip("", src, lower ? bounds[0] : -infinity, lower ? infinity : bounds[0]);
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
      dst = bound_by(node, kind, *dst, node.bounds(i));
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
  const Tensor values = aligned(node, operands.constant, node.shape(src));
  if (const auto biased = bias_of_dense(node, operands.computed, src, values)) {
    return *biased;
  }
  if (const auto joined = added_to_product(node, src, values)) {
    return *joined;
  }
  return combine(node, src, values, LineForm{false, 1.0F});
}

ImportedValue import_sum(const NodeImport& node) {
  ValueId total = node.computed(0);
  for (std::size_t i = 1; i < node.call().input_count(); ++i) {
    total = add_computed(node, total, node.computed(i));
  }
  return total;
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
  const Tensor values = aligned(node, 1, node.shape(src));
  return combine(node, src, mapped(values, [](float x) { return -x; }), LineForm{false, 1.0F});
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
  const Tensor values = aligned(node, 1, node.shape(src));
  const auto numbers = values.data<float>();
  node.require(std::find(numbers.begin(), numbers.end(), 0.0F) == numbers.end(), "divides by 0");
  const Reciprocals reciprocals = reciprocals_of(values);
  const ValueId quotient = combine(node, src, reciprocals.first, LineForm{true, 0.0F});
  return reciprocals.second ? combine(node, quotient, *reciprocals.second, LineForm{true, 0.0F})
                            : quotient;
}

ImportedValue import_negative(const NodeImport& node) {
  return node.scale_shift("", node.computed(0), -1.0F, 0.0F);
}

}  // namespace caloquant::onnx
