// Layers that move elements or join tensors.

#include <algorithm>
#include <numeric>

#include "graph/io/keras/layers.hpp"

namespace caloquant {
namespace {

/// Elements of one sample.
std::int64_t sample_size(const Shape& shape) {
  return std::accumulate(shape.begin() + 1, shape.end(), std::int64_t{1}, std::multiplies<>());
}

/// Axes of dst in terms of Keras axes of the input, as one Transpose of the value (or none).
KerasTensor permuted(const KerasCall& call, const std::vector<std::size_t>& keras_axes) {
  const KerasTensor& src = call.input();
  std::vector<std::int64_t> permutation(keras_axes.size());
  std::transform(keras_axes.begin(), keras_axes.end(), permutation.begin(), [&](std::size_t axis) {
    return static_cast<std::int64_t>(call.layout.stored_axis(src, axis));
  });
  return {call.add(Transpose{permutation}, src).value, false};
}

/// All inputs in the axis order of the first.
std::vector<ValueId> aligned_inputs(const KerasCall& call) {
  if (call.inputs.empty()) {
    call.fail(call.layer.class_name + " needs inputs");
  }
  std::vector<ValueId> values;
  for (const KerasTensor& input : call.inputs) {
    values.push_back(call.layout.with_layout(input, call.inputs.front().channels_moved).value);
  }
  return values;
}

}  // namespace

KerasTensor translate_reshape(const KerasCall& call) {
  const KerasTensor src = call.layout.in_keras_order(call.input());
  const Shape target = call.options.list("target_shape");
  const std::int64_t count = sample_size(call.layout.shape(src));
  std::int64_t known = 1;
  std::int64_t open = 0;
  Shape dims{dynamic};
  for (const std::int64_t extent : target) {
    if (extent == -1) {
      ++open;
    } else if (extent < 1 || known > count) {  // the guard keeps the product small
      call.options.fail("target_shape", to_string(target) + " does not fit the input " +
                                            to_string(call.layout.shape(src)));
    } else {
      known *= extent;
    }
    dims.push_back(extent);
  }
  if (open > 1 || known > count || count % known != 0 || (open == 0 && known != count)) {
    call.options.fail("target_shape", to_string(target) + " does not fit the input " +
                                          to_string(call.layout.shape(src)));
  }
  std::replace(dims.begin() + 1, dims.end(), std::int64_t{-1}, count / known);
  return call.add(Reshape{dims}, src);
}

KerasTensor translate_permute(const KerasCall& call) {
  const std::size_t rank = call.layout.rank(call.input());
  std::vector<std::size_t> axes{0};
  for (const std::int64_t axis : call.options.list("dims")) {
    axes.push_back(call.axis("dims", axis, rank));
  }
  return permuted(call, axes);
}

KerasTensor translate_flatten(const KerasCall& call) {
  const KerasTensor& src = call.input();
  const std::size_t rank = call.layout.rank(src);
  const Shape flat{dynamic, sample_size(call.layout.shape(src))};
  if (call.channels_last() || rank < 3) {
    return call.add(Reshape{flat}, call.layout.in_keras_order(src));
  }
  // channels_first: Keras moves the channels (axis 1) to the end before it flattens.
  if (!src.channels_moved) {
    std::vector<std::int64_t> permutation{0};
    for (std::size_t axis = 2; axis < rank; ++axis) {
      permutation.push_back(static_cast<std::int64_t>(axis));
    }
    permutation.push_back(1);
    const KerasTensor moved = call.add("/transpose", Transpose{permutation}, src);
    return call.add(Reshape{flat}, moved);
  }
  const KerasTensor plain = call.layout.in_keras_order(src);
  KerasCall again = call;
  again.inputs = {plain};
  return translate_flatten(again);
}

KerasTensor translate_add(const KerasCall& call) {
  return {call.add_node("", Add{}, aligned_inputs(call)), call.inputs.front().channels_moved};
}

KerasTensor translate_concatenate(const KerasCall& call) {
  const KerasTensor& first = call.inputs.empty() ? call.input() : call.inputs.front();
  const std::int64_t given =
      call.options.find("axis") == nullptr ? -1 : call.options.integer("axis");
  const std::size_t axis = call.axis("axis", given, call.layout.rank(first));
  const Concat concat{static_cast<std::int64_t>(call.layout.stored_axis(first, axis))};
  return {call.add_node("", concat, aligned_inputs(call)), first.channels_moved};
}

KerasTensor translate_identity(const KerasCall& call) {
  return call.add(Identity{}, call.input());
}

}  // namespace caloquant
