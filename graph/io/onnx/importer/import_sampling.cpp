// Resize, Upsample, Expand, Tile (repetition of cells), pooling and reductions.

#include <algorithm>

#include "graph/io/onnx/importer/translators.hpp"
#include "graph/io/onnx/interpreter/broadcast.hpp"
#include "graph/io/onnx/interpreter/reduced_axes.hpp"
#include "graph/io/onnx/interpreter/resize_plan.hpp"
#include "graph/io/onnx/interpreter/window.hpp"
#include "ops/core/counted.hpp"

namespace caloquant::onnx {
namespace {

/// Factors of a nearest resampling that only repeats cells.
Shape repeats_of(const NodeImport& node, const ResizePlan& plan, const Shape& src) {
  node.require(plan.mode == "nearest",
               "resizes in mode '" + plan.mode + "', only nearest is supported");
  Shape repeats;
  for (std::size_t i = 0; i < src.size(); ++i) {
    const ResizeAxis& axis = plan.axes[i];
    node.require(axis.src > 0 && axis.dst % axis.src == 0 && axis.dst > 0,
                 "resizes " + counted(axis.src, "cell") + " to " + std::to_string(axis.dst) +
                     ", only integer factors are supported");
    const std::int64_t factor = axis.dst / axis.src;
    constexpr std::int64_t most_cells = std::int64_t{1} << 22;
    node.require(axis.dst <= most_cells, "resizes to " + counted(axis.dst, "cell"));
    for (std::int64_t at = 0; at < axis.dst; ++at) {
      const std::int64_t cell = std::clamp<std::int64_t>(
          nearest_cell(plan, axis, source_coordinate(plan, axis, at)), 0, axis.src - 1);
      node.require(cell == at / factor,
                   "takes other cells than a repetition by " + std::to_string(factor) + " does");
    }
    repeats.push_back(factor);
  }
  return repeats;
}

ImportedValue repeat_by_plan(const NodeImport& node, const ResizePlan& plan) {
  const ValueId src = node.computed(0);
  node.require(plan.coordinates != "tf_crop_and_resize", "crops while it resizes");
  return node.repeat_cells("", src, repeats_of(node, plan, node.shape(src)));
}

/// Extents with the batch of the first evaluation, as known inputs have them.
Shape probe_dims(const NodeImport& node, ValueId src) {
  Shape dims = node.shape(src);
  dims.front() = node.state().batches[0];
  return dims;
}

/// The shape that Expand makes of `now`: the same for both batches, which must come out as they
/// went in.
Shape expanded_dims(const NodeImport& node, const Shape& now) {
  const auto* known = std::get_if<Known>(&node.input(1));
  node.require(known != nullptr, "has extents that depend on computed numbers");
  Shape result;
  for (std::size_t probe = 0; probe < 2; ++probe) {
    const Array& extents = *known->at[probe];
    node.require(extents.type() == ElementType::s64 && extents.rank() == 1,
                 "has extents of " + describe(extents) + ", needs a list of s64");
    const auto values = extents.data<std::int64_t>();
    const std::int64_t batch = node.state().batches[probe];
    Shape wanted(values.begin(), values.end());
    Shape src = now;
    src.front() = batch;
    const std::string text = to_string(now) + " to " + printable(to_string(wanted));
    wanted = broadcast(node.call(), src, wanted);
    node.require(wanted.size() == now.size() && wanted.front() == batch,
                 "expands " + text + ", which adds axes in front of the batch or repeats it");
    wanted.front() = dynamic;
    node.require(probe == 0 || wanted == result,
                 "expands " + text + ", which depends on the batch");
    result = std::move(wanted);
  }
  return result;
}

/// A repeated axis of one cell belongs to the axis in front of it: [N, D, 1] -> [N, D, f] is the
/// repetition of cells of D. With all of them taken out, one up-sampling is left.
ValueId repeat_unit_axes(const NodeImport& node, ValueId src, const Shape& repeats) {
  const Shape dims = node.shape(src);
  Shape compact;
  Shape factors{1};
  for (std::size_t i = 1; i < dims.size(); ++i) {
    if (repeats[i] > 1 && dims[i] == 1 && !compact.empty()) {
      factors.back() *= repeats[i];
    } else {
      compact.push_back(dims[i]);
      factors.push_back(repeats[i]);
    }
  }
  Shape large(dims.begin() + 1, dims.end());
  for (std::size_t i = 0; i < large.size(); ++i) {
    large[i] *= repeats[i + 1];
  }
  const ValueId folded = node.reshape("/fold", src, compact);
  return node.reshape("/unfold", node.repeat_cells("", folded, factors), large);
}

/// Pads so that windows count as ONNX counts them, but never fewer than there are.
Shape ends_of(const Window& window) {
  Shape ends;
  for (std::size_t i = 3 - window.axes; i < 3; ++i) {
    const WindowAxis& axis = window[i];
    const std::int64_t reached = (axis.dst - 1) * axis.stride + axis.kernel;
    ends.push_back(std::max<std::int64_t>(0, reached - axis.src - axis.pad_begin));
  }
  return ends;
}

Pool pool_of(const NodeImport& node, ValueId src, PoolKind kind) {
  const auto kernel = node.call().integers("kernel_shape");
  node.require(kernel.has_value(), "has no kernel_shape");
  const Window window = forward_window(node.call(), node.sample_dims(src), *kernel,
                                       node.call().integer("ceil_mode", 0) != 0);
  Pool pool;
  pool.kind = kind;
  pool.kernel = *kernel;
  pool.pads_end = ends_of(window);
  for (std::size_t i = 3 - window.axes; i < 3; ++i) {
    node.require(window[i].dilation == 1, "has dilations, which are not supported");
    pool.strides.push_back(window[i].stride);
    pool.pads_begin.push_back(window[i].pad_begin);
  }
  return pool;
}

}  // namespace

ImportedValue import_resize(const NodeImport& node) {
  for (std::size_t i = 1; i < node.call().input_count(); ++i) {
    node.require(!node.has_input(i) || node.is_known(i),
                 "input " + std::to_string(i) + " is computed, it must be a constant");
  }
  return repeat_by_plan(node, resize_plan(node.call(), probe_dims(node, node.computed(0))));
}

ImportedValue import_upsample(const NodeImport& node) {
  return repeat_by_plan(node, upsample_plan(node.call(), probe_dims(node, node.computed(0))));
}

ImportedValue import_expand(const NodeImport& node) {
  const ValueId src = node.computed(0);
  const Shape now = node.shape(src);
  const Shape wanted = expanded_dims(node, now);
  Shape repeats(now.size(), 1);
  for (std::size_t i = 1; i < now.size(); ++i) {
    repeats[i] = now[i] == 1 ? wanted[i] : 1;
    node.require(repeats[i] >= 1, "expands to nothing");
  }
  return repeat_unit_axes(node, src, repeats);
}

ImportedValue import_tile(const NodeImport& node) {
  ValueId src = node.computed(0);
  (void)node.constant(1);
  const Shape repeats = node.call().integers_input(1);
  const Shape dims = node.shape(src);
  node.require(repeats.size() == dims.size() && repeats.front() == 1,
               "has repeats that do not fit " + to_string(dims) + " or repeat the batch");
  // A block of several cells is repeated as one: an axis of one block in front of it.
  Shape blocks{dynamic};
  Shape factors{1};
  Shape large;
  for (std::size_t i = 1; i < dims.size(); ++i) {
    node.require(repeats[i] >= 1, "repeats " + std::to_string(repeats[i]) + " times");
    if (repeats[i] > 1 && dims[i] > 1) {
      blocks.push_back(1);
      factors.push_back(repeats[i]);
    }
    blocks.push_back(dims[i]);
    factors.push_back(dims[i] > 1 ? 1 : repeats[i]);
    large.push_back(dims[i] * repeats[i]);
  }
  src = node.reshape("/blocks", src, {blocks.begin() + 1, blocks.end()});
  return node.reshape("/joined", repeat_unit_axes(node, src, factors), large);
}

ImportedValue import_pool(const NodeImport& node) {
  ValueId src = node.computed(0);
  if (node.call().node().op == "MaxPool") {
    node.require(node.call().output_count() == 1, "gives indices, which is not supported");
    return node.add("", pool_of(node, src, PoolKind::max), {src});
  }
  Pool pool = pool_of(node, src, PoolKind::average);
  const bool with_pads = node.call().integer("count_include_pad", 0) != 0;
  const bool padded = std::any_of(pool.pads_begin.begin(), pool.pads_begin.end(),
                                  [](std::int64_t pad) { return pad > 0; }) ||
                      std::any_of(pool.pads_end.begin(), pool.pads_end.end(),
                                  [](std::int64_t pad) { return pad > 0; });
  if (with_pads && padded) {
    node.require(node.call().integer("ceil_mode", 0) == 0,
                 "counts padding in windows that ceil_mode adds, which is not supported");
    Pad pad{{0, 0}, {0, 0}};
    pad.begin.insert(pad.begin.end(), pool.pads_begin.begin(), pool.pads_begin.end());
    pad.end.insert(pad.end.end(), pool.pads_end.begin(), pool.pads_end.end());
    src = node.add("/pad", pad, {src});
    std::fill(pool.pads_begin.begin(), pool.pads_begin.end(), 0);
    std::fill(pool.pads_end.begin(), pool.pads_end.end(), 0);
  }
  return node.add("", pool, {src});
}

ImportedValue import_global_pool(const NodeImport& node) {
  const ValueId src = node.computed(0);
  const Shape dims = node.shape(src);
  node.require(dims.size() >= 3, "needs src [N, C, spatial...], has " + to_string(dims));
  const std::size_t axes = dims.size() - 2;
  const PoolKind kind =
      node.call().node().op == "GlobalMaxPool" ? PoolKind::max : PoolKind::average;
  return node.add(
      "",
      Pool{kind, {dims.begin() + 2, dims.end()}, Shape(axes, 1), Shape(axes, 0), Shape(axes, 0)},
      {src});
}

/// ReduceMean, ReduceSum, ReduceMax: the reduced axes move to the end and become one, which is
/// pooled as a whole.
ImportedValue import_reduce(const NodeImport& node) {
  const ValueId src = node.computed(0);
  const Shape dims = node.shape(src);
  const std::string& op = node.call().node().op;
  if (node.has_input(1)) {
    (void)node.constant(1);
  }
  const auto reduced = reduced_axes(node.call(), dims.size(), op == "ReduceSum" ? 13 : 18);
  if (!reduced) {
    return src;
  }
  node.require(!reduced->front(), "reduces over the batch");
  std::vector<std::int64_t> order;
  std::int64_t kept = 1;
  Shape result;
  for (std::size_t i = 0; i < dims.size(); ++i) {
    if (!(*reduced)[i]) {
      order.push_back(static_cast<std::int64_t>(i));
      kept *= i > 0 ? dims[i] : 1;
    }
    if (i > 0 && (!(*reduced)[i] || node.call().integer("keepdims", 1) != 0)) {
      result.push_back((*reduced)[i] ? 1 : dims[i]);
    }
  }
  for (std::size_t i = 0; i < dims.size(); ++i) {
    if ((*reduced)[i]) {
      order.push_back(static_cast<std::int64_t>(i));
    }
  }
  const std::int64_t cells = sample_size(dims) / kept;
  const ValueId moved = node.transpose("/move", src, order);
  const ValueId folded = node.reshape("/fold", moved, {kept, cells});
  const PoolKind kind = op == "ReduceMax" ? PoolKind::max : PoolKind::average;
  ValueId dst = node.add("", Pool{kind, {cells}, {1}, {0}, {0}}, {folded});
  if (op == "ReduceSum") {
    dst = node.scale_shift("/sum", dst, static_cast<float>(cells), 0.0F);
  }
  return node.reshape("/unfold", dst, result);
}

}  // namespace caloquant::onnx
