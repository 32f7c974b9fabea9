// Dense, Conv1D/2D/3D and BatchNormalization.

#include "graph/io/keras/layers.hpp"
#include "ops/core/counted.hpp"
#include "ops/reference/reference.hpp"

namespace caloquant {
namespace {

/// [I, O] -> [O, I].
Tensor dense_weights(const Tensor& kernel) {
  return reference_transpose(Transpose{{1, 0}}, kernel);
}

/// [spatial..., I, O] -> [O, I, spatial...].
Tensor conv_weights(const Tensor& kernel) {
  const auto rank = static_cast<std::int64_t>(kernel.shape().size());
  std::vector<std::int64_t> permutation{rank - 1, rank - 2};
  for (std::int64_t axis = 0; axis < rank - 2; ++axis) {
    permutation.push_back(axis);
  }
  return reference_transpose(Transpose{permutation}, kernel);
}

Tensor as_is(const Tensor& weights) {
  return weights;
}

/// Adds the node with its weights and the layer's activation.
KerasTensor add_weighted(const KerasCall& call, Op op, const KerasTensor& src, const Shape& kernel,
                         KerasCall::Convert convert) {
  std::vector<ValueId> inputs{src.value, call.weight("kernel", kernel, convert)};
  if (call.options.flag("use_bias", true)) {
    inputs.push_back(call.weight("bias", {kernel.back()}, as_is));
  }
  const ValueId dst = call.add_node("", std::move(op), std::move(inputs));
  return apply_activation(call, {dst, src.channels_moved}, "/activation");
}

/// A tensor of `extent` equal values, for a BatchNormalization without gamma or beta.
ValueId constant(const KerasCall& call, const char* kind, std::int64_t extent, float value) {
  const std::vector<float> values(static_cast<std::size_t>(extent), value);
  return call.editor.add_constant(call.name + "/" + kind, Tensor::of<float>({extent}, values));
}

}  // namespace

KerasTensor translate_dense(const KerasCall& call) {
  const KerasTensor src = call.layout.in_keras_order(call.input());
  const std::int64_t units = call.options.integer("units");
  if (units < 1) {
    call.options.fail("units", "must be positive");
  }
  return add_weighted(call, Dense{}, src, {call.layout.shape(src).back(), units}, dense_weights);
}

KerasTensor translate_conv(const KerasCall& call) {
  const auto axes = static_cast<std::size_t>(call.layer.class_name[4] - '0');
  const KerasTensor src = call.spatial_input(axes);
  const KerasOptions& options = call.options;
  const Shape ones(axes, 1);
  const Shape kernel = options.integers("kernel_size", axes);
  Conv conv;
  conv.strides = options.integers("strides", axes, ones);
  conv.dilations = options.integers("dilation_rate", axes, ones);
  conv.groups = options.find("groups") == nullptr ? 1 : options.integer("groups");
  const Shape& shape = call.editor.shape(src.value);
  const KerasPads pads = keras_pads(call, shape, kernel, conv.strides, conv.dilations);
  conv.pads_begin = pads.begin;
  conv.pads_end = pads.end;
  const std::int64_t filters = options.integer("filters");
  if (filters < 1 || conv.groups < 1 || shape[1] % conv.groups != 0 || filters % conv.groups != 0) {
    call.fail(counted(filters, "filter") + " in " + counted(conv.groups, "group") + " do not fit " +
              counted(shape[1], "channel"));
  }
  Shape weights = kernel;
  weights.push_back(shape[1] / conv.groups);
  weights.push_back(filters);
  return add_weighted(call, conv, src, weights, conv_weights);
}

KerasTensor translate_batch_norm(const KerasCall& call) {
  const KerasTensor& input = call.input();
  const std::size_t rank = call.layout.rank(input);
  const bool listed = call.options.find("axis") != nullptr && call.options.find("axis")->is_array();
  const std::int64_t given =
      call.options.find("axis") == nullptr ? -1 : call.options.integer("axis");
  const std::size_t axis = call.axis("axis", given, rank);
  if (axis != 1 && axis + 1 != rank) {
    call.options.fail("axis", "must be the first or last axis of a sample, is " +
                                  std::string(listed ? "[" : "") + std::to_string(given) +
                                  (listed ? "]" : ""));
  }
  const KerasTensor src = call.layout.with_layout(input, axis != 1);
  const std::int64_t channels = call.layout.shape(src)[axis];
  const bool scale = call.options.flag("scale", true);
  const bool center = call.options.flag("center", true);
  const ValueId gamma =
      scale ? call.weight("gamma", {channels}, as_is) : constant(call, "gamma", channels, 1.0F);
  const ValueId beta =
      center ? call.weight("beta", {channels}, as_is) : constant(call, "beta", channels, 0.0F);
  const ValueId mean = call.weight("moving_mean", {channels}, as_is);
  const ValueId variance = call.weight("moving_variance", {channels}, as_is);
  const BatchNorm norm{call.options.number("epsilon", 1e-3)};
  const ValueId dst = call.add_node("", norm, {src.value, gamma, beta, mean, variance});
  return {dst, src.channels_moved};
}

}  // namespace caloquant
