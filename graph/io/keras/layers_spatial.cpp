// UpSampling, ZeroPadding and pooling, 1-D to 3-D.

#include "graph/io/keras/layers.hpp"
#include "ops/core/counted.hpp"

namespace caloquant {
namespace {

/// "ZeroPadding3D" -> 3.
std::size_t axes_in_name(const KerasCall& call) {
  const std::string& name = call.layer.class_name;
  return static_cast<std::size_t>(name[name.size() - 2] - '0');
}

PoolKind kind_in_name(const KerasCall& call) {
  return call.layer.class_name.find("Max") != std::string::npos ? PoolKind::max : PoolKind::average;
}

/// [begin, end] of one axis: an integer means both.
void add_pads(const KerasCall& call, const Json& value, Pad& pad) {
  const KerasOptions& options = call.options;
  if (value.is_array() && value.size() == 2 && value[0].is_number_integer() &&
      value[1].is_number_integer()) {
    pad.begin.push_back(options.to_integer("padding", value[0]));
    pad.end.push_back(options.to_integer("padding", value[1]));
  } else if (value.is_number_integer()) {
    pad.begin.push_back(options.to_integer("padding", value));
    pad.end.push_back(options.to_integer("padding", value));
  } else {
    options.fail("padding",
                 "must have integers or pairs of integers, has " + value.dump().substr(0, 60));
  }
  for (const std::int64_t extent : {pad.begin.back(), pad.end.back()}) {
    if (extent < 0 || extent > KerasOptions::largest) {
      options.fail("padding", "is out of range: " + value.dump());
    }
  }
}

}  // namespace

KerasPads keras_pads(const KerasCall& call, const Shape& src, const Shape& kernel,
                     const Shape& strides, const Shape& dilations) {
  const std::string padding = call.options.text("padding", "valid");
  const std::size_t axes = kernel.size();
  KerasPads pads{Shape(axes, 0), Shape(axes, 0)};
  if (padding == "valid") {
    return pads;
  }
  if (padding != "same" &&
      (padding != "causal" || axes != 1 || call.layer.class_name != "Conv1D")) {
    call.options.fail("padding", "'" + padding + "' is not supported; use valid or same");
  }
  for (std::size_t i = 0; i < axes; ++i) {
    if (strides[i] < 1 || kernel[i] < 1 || dilations[i] < 1) {
      call.fail("kernel, strides and dilation must be positive");
    }
    const std::int64_t reach = (kernel[i] - 1) * dilations[i] + 1;
    const std::int64_t steps = (src[i + 2] - 1) / strides[i];
    const std::int64_t missing = std::max<std::int64_t>(0, steps * strides[i] + reach - src[i + 2]);
    pads.begin[i] = padding == "causal" ? reach - 1 : missing / 2;
    pads.end[i] = padding == "causal" ? 0 : missing - missing / 2;
  }
  return pads;
}

KerasTensor translate_up_sampling(const KerasCall& call) {
  const std::size_t axes = axes_in_name(call);
  if (const std::string mode = call.options.text("interpolation", "nearest"); mode != "nearest") {
    call.options.fail("interpolation", "'" + mode + "' is not supported; use nearest");
  }
  const KerasTensor src = call.spatial_input(axes);
  return call.add(UpsampleNearest{call.options.integers("size", axes, Shape(axes, 2))}, src);
}

KerasTensor translate_zero_padding(const KerasCall& call) {
  const std::size_t axes = axes_in_name(call);
  const KerasTensor src = call.spatial_input(axes);
  const Json* value = call.options.find("padding");
  if (value == nullptr) {
    call.options.fail("padding", "is missing");
  }
  Pad pad{{0, 0}, {0, 0}};
  if (axes == 1 && value->is_array() && value->size() == 2) {  // of 1-D the pair is [begin, end]
    add_pads(call, *value, pad);
  } else if (value->is_number_integer()) {
    for (std::size_t i = 0; i < axes; ++i) {
      add_pads(call, *value, pad);
    }
  } else if (value->is_array() && value->size() == axes) {
    for (const Json& entry : *value) {
      add_pads(call, entry, pad);
    }
  } else {
    call.options.fail("padding", "must have " + counted(axes, "entry", "entries") + ", is " +
                                     value->dump().substr(0, 60));
  }
  return call.add(pad, src);
}

KerasTensor translate_pooling(const KerasCall& call) {
  const std::size_t axes = axes_in_name(call);
  const KerasTensor src = call.spatial_input(axes);
  Pool pool;
  pool.kind = kind_in_name(call);
  pool.kernel = call.options.integers("pool_size", axes, Shape(axes, 2));
  pool.strides = call.options.integers("strides", axes, pool.kernel);
  const KerasPads pads =
      keras_pads(call, call.editor.shape(src.value), pool.kernel, pool.strides, Shape(axes, 1));
  pool.pads_begin = pads.begin;
  pool.pads_end = pads.end;
  return call.add(pool, src);
}

KerasTensor translate_global_pooling(const KerasCall& call) {
  const std::size_t axes = axes_in_name(call);
  const KerasTensor src = call.spatial_input(axes);
  const Shape shape = call.editor.shape(src.value);
  const Shape kernel(shape.begin() + 2, shape.end());
  const Shape zeros(axes, 0);
  const KerasTensor pooled =
      call.add(Pool{kind_in_name(call), kernel, Shape(axes, 1), zeros, zeros}, src);
  if (call.options.flag("keepdims", false)) {
    return pooled;
  }
  return {call.add("/reshape", Reshape{{dynamic, shape[1]}}, pooled).value, false};
}

}  // namespace caloquant
