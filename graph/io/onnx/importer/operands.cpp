#include "graph/io/onnx/importer/operands.hpp"

#include <algorithm>
#include <numeric>

#include "graph/io/onnx/interpreter/broadcast.hpp"
#include "ops/core/broadcast.hpp"

namespace caloquant::onnx {
namespace {

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

ValueId add_affine(const NodeImport& node, ValueId src, Tensor values, const LineForm& form,
                   const std::string& suffix) {
  const std::int64_t channels = values.size();
  values.reshape({channels});
  const char* const varying = form.values_multiply ? "/mul" : "/add";
  const char* const constant = form.values_multiply ? "/add" : "/mul";
  const ValueId vector = node.add_constant(suffix + varying, std::move(values));
  const ValueId other = node.add_constant(suffix + constant, filled(channels, form.fixed));
  return node.add(suffix, Affine{},
                  form.values_multiply ? std::vector<ValueId>{src, vector, other}
                                       : std::vector<ValueId>{src, other, vector});
}

ValueId add_combined(const NodeImport& node, ValueId src, Tensor values, const OperandForm& form,
                     const std::string& suffix) {
  if (const auto* line = std::get_if<LineForm>(&form)) {
    return add_affine(node, src, std::move(values), *line, suffix);
  }
  values.reshape({values.size()});
  return node.add(suffix, Extremum{std::get<ExtremumKind>(form)},
                  {src, node.add_constant(suffix + "/bounds", std::move(values))});
}

/// A computed tensor under wider extents: axes of one cell are repeated.
ValueId widen(const NodeImport& node, ValueId src, const Shape& dims) {
  const Shape now = node.shape(src);
  Shape repeats(dims.size(), 1);
  for (std::size_t i = 1; i < dims.size(); ++i) {
    repeats[i] = now[i] == 1 ? dims[i] : 1;
  }
  return node.repeat_cells("/widen", src, repeats);
}

}  // namespace

Tensor operand_beside(const NodeImport& node, std::size_t index, const Shape& src) {
  return operand_beside(node, index, src, node.weights(index));
}

Tensor operand_beside(const NodeImport& node, std::size_t index, const Shape& src, Tensor values) {
  const Shape& given = node.constant(index).dims();
  const std::optional<Shape> result = broadcast_shapes(src, given);
  node.require(result == src,
               "combines " + to_string(src) + " with a constant " + to_string(given) +
                   (result ? ", which makes it " + to_string(*result)
                           : ", which does not fit or holds numbers of its own for each event"));
  values.reshape(with_leading_ones(given, src.size()));
  return values;
}

ValueId combine_constant(const NodeImport& node, ValueId src, const Tensor& values,
                         const OperandForm& form, const std::string& suffix) {
  const Shape dims = node.shape(src);
  std::vector<std::size_t> varying;
  for (std::size_t i = 1; i < dims.size(); ++i) {
    if (values.shape()[i] > 1) {
      varying.push_back(i);
    }
  }
  if (varying.empty()) {
    node.require(dims.size() >= 2, "combines " + to_string(dims) + " with a constant");
    return add_combined(node, src, filled(dims[1], values.data<float>()[0]), form, suffix);
  }
  if (varying.size() == 1) {
    std::vector<std::int64_t> order(dims.size());
    std::iota(order.begin(), order.end(), 0);
    const auto axis = static_cast<std::ptrdiff_t>(varying[0]);
    std::rotate(order.begin() + 1, order.begin() + axis, order.begin() + axis + 1);
    std::vector<std::int64_t> back(dims.size());
    std::iota(back.begin(), back.end(), 0);
    std::rotate(back.begin() + 1, back.begin() + 2, back.begin() + axis + 1);
    const ValueId moved = node.transpose(suffix + "/to_channels_first", src, order);
    return node.transpose(suffix + "/to_channels_last",
                          add_combined(node, moved, values, form, suffix), back);
  }
  const ValueId flat = node.reshape(suffix + "/fold", src, {sample_size(dims)});
  const ValueId dst = add_combined(node, flat, widened(values, dims), form, suffix);
  return node.reshape(suffix + "/unfold", dst, {dims.begin() + 1, dims.end()});
}

ValueId combine_computed(const NodeImport& node, const Op& op, ValueId a, ValueId b) {
  const Shape first = node.shape(a);
  const Shape second = node.shape(b);
  if (first == second) {
    return node.add("", op, {a, b});
  }
  const std::optional<Shape> dims = broadcast_shapes(first, second);
  node.require(
      dims && std::count(dims->begin(), dims->end(), dynamic) == 1 && dims->front() == dynamic,
      "combines " + to_string(first) + " with " + to_string(second) +
          (dims ? ", which makes them " + to_string(*dims) : ", which do not fit"));
  return node.add("", op, {widen(node, a, *dims), widen(node, b, *dims)});
}

ValueId add_computed(const NodeImport& node, ValueId a, ValueId b) {
  return combine_computed(node, Add{}, a, b);
}

}  // namespace caloquant::onnx
