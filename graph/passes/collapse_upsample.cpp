// Before:  x -> UpsampleNearest(f) -> Conv(w, b, pads)
// After:   x -> Conv(w', b', pads') -> DepthToSpace(f, crop_end)
//
// The output position p = i * f + phase reads, with kernel entry k, the cell i + q of x,
//
//   q(phase, k) = floor((phase + k - pads_begin) / f)                       (along every axis)
//
// so the positions of one phase are a convolution over x itself, with fewer and summed weights:
//
//   w'[phase * O + o][c][q - qmin] = sum of w[o][c][k] over all k with q(phase, k) = q
//                                                               (in double, stored as f32)
//   b'[phase * O + o] = b[o],   phases row-major over the axes, as in DepthToSpace
//   qmin = q(0, 0),   qmax = q(f - 1, K - 1),   K' = qmax - qmin + 1
//   P' = ceil(P / f) of the P positions,   crop_end = P' * f - P
//   pads_begin' = -qmin,   pads_end' = P' + qmax - S for the S cells of x
//
// Padding stays exact: i + q < 0 just when p + k - pads_begin < 0, and likewise at the end. No pad
// is negative: qmin <= 0, and the last cell that is read, P' - 1 + qmax, is no less than S - 1.
//
// Conditions: a Conv with strides, dilations and groups of 1, constant f32 weights and bias, not
// quantized; along some axis both f and K exceed 1, because just then some of the P positions read
// fewer cells than the kernel has entries, so that entries that are not zero become fewer; at most
// 2^26 weights. The Conv keeps its name. Other readers of the up-sampling keep it. Exact up to the
// rounding of w'.

#include <algorithm>
#include <array>

#include "graph/passes/pass.hpp"
#include "graph/passes/support.hpp"

namespace caloquant {
namespace {

std::int64_t floor_divide(std::int64_t numerator, std::int64_t positive) {
  return (numerator - (numerator < 0 ? positive - 1 : 0)) / positive;
}

/// One axis of the formula on top.
struct Axis {
  std::int64_t factor = 1;
  std::int64_t kernel = 1;  ///< K
  std::int64_t pads_begin = 0;
  std::int64_t positions = 1;  ///< P
  std::int64_t cells = 1;      ///< S

  [[nodiscard]] std::int64_t q(std::int64_t phase, std::int64_t k) const {
    return floor_divide(phase + k - pads_begin, factor);
  }
  [[nodiscard]] std::int64_t q_min() const { return q(0, 0); }
  [[nodiscard]] std::int64_t q_max() const { return q(factor - 1, kernel - 1); }
  [[nodiscard]] std::int64_t new_kernel() const { return q_max() - q_min() + 1; }
  [[nodiscard]] std::int64_t new_positions() const { return (positions + factor - 1) / factor; }
  [[nodiscard]] bool saves() const { return factor > 1 && kernel > 1; }
};

/// D, H and W; a missing one is an axis of one cell.
using Axes = std::array<Axis, 3>;

bool is_plain_conv(const Graph& graph, const Node& node) {
  const auto* conv = std::get_if<Conv>(&node.op);
  const auto all_ones = [](const Shape& values) {
    return std::all_of(values.begin(), values.end(), [](auto value) { return value == 1; });
  };
  return conv != nullptr && all_ones(conv->strides) && all_ones(conv->dilations) &&
         conv->groups == 1 && !node.quant && has_constant_weights(graph, node);
}

Axes axes_of(const Graph& graph, const UpsampleNearest& upsample, const Node& conv_node) {
  const Conv& conv = std::get<Conv>(conv_node.op);
  const Shape& upsampled = graph.value(conv_node.inputs[0]).shape;
  const Shape& weights = graph.value(conv_node.inputs[1]).shape;
  const Shape& dst = graph.value(conv_node.output).shape;
  Axes axes;
  const std::size_t count = upsample.factors.size();
  for (std::size_t i = 0; i < count; ++i) {
    axes[axes.size() - count + i] = {upsample.factors[i], weights[i + 2], conv.pads_begin[i],
                                     dst[i + 2], upsampled[i + 2] / upsample.factors[i]};
  }
  return axes;
}

std::int64_t phase_count(const Axes& axes) {
  return axes[0].factor * axes[1].factor * axes[2].factor;
}

bool pays(const Axes& axes, const Shape& weights) {
  // In floating point, because any product may be too large for an integer.
  double elements = static_cast<double>(weights[0]) * static_cast<double>(weights[1]);
  for (const Axis& axis : axes) {
    elements *= static_cast<double>(axis.factor) * static_cast<double>(axis.new_kernel());
  }
  return elements <= static_cast<double>(largest_constant) &&
         std::any_of(axes.begin(), axes.end(), [](const Axis& axis) { return axis.saves(); });
}

/// One kernel [K...] of w into the kernel [K'...] of one phase.
void sum_kernel(const Axes& axes, const std::array<std::int64_t, 3>& phase, const float* kernel,
                std::span<float> into) {
  std::vector<double> sums(into.size(), 0.0);
  const auto entry = [&](std::size_t axis, std::int64_t k) {
    return axes[axis].q(phase[axis], k) - axes[axis].q_min();
  };
  for (std::int64_t d = 0; d < axes[0].kernel; ++d) {
    for (std::int64_t h = 0; h < axes[1].kernel; ++h) {
      const std::int64_t row = entry(0, d) * axes[1].new_kernel() + entry(1, h);
      for (std::int64_t w = 0; w < axes[2].kernel; ++w) {
        const std::int64_t at = row * axes[2].new_kernel() + entry(2, w);
        sums[static_cast<std::size_t>(at)] += static_cast<double>(*kernel++);
      }
    }
  }
  std::transform(sums.begin(), sums.end(), into.begin(),
                 [](double sum) { return static_cast<float>(sum); });
}

Tensor collapsed_weights(const Axes& axes, const Tensor& weights) {
  Shape shape = weights.shape();
  const std::int64_t kernels = shape[0] * shape[1];
  shape[0] *= phase_count(axes);
  for (std::size_t i = 2; i < shape.size(); ++i) {
    shape[i] = axes[axes.size() + i - shape.size()].new_kernel();
  }
  Tensor result(DType::f32, shape);
  const std::int64_t old_size = weights.size() / kernels;
  const auto new_size = static_cast<std::size_t>(result.size() / (phase_count(axes) * kernels));
  std::span<float> rest = result.data<float>();
  for (std::int64_t phase = 0; phase < phase_count(axes); ++phase) {
    const std::int64_t plane = axes[1].factor * axes[2].factor;
    const std::array<std::int64_t, 3> phases{phase / plane, phase / axes[2].factor % axes[1].factor,
                                             phase % axes[2].factor};
    for (std::int64_t kernel = 0; kernel < kernels; ++kernel) {
      sum_kernel(axes, phases, weights.data<float>().data() + kernel * old_size,
                 rest.first(new_size));
      rest = rest.subspan(new_size);
    }
  }
  return result;
}

/// The Conv becomes Conv' in place, with the DepthToSpace behind it.
void collapse(GraphEditor& editor, NodeId id, ValueId src, const Axes& axes) {
  const Node node = editor.graph().node(id);
  Conv conv = std::get<Conv>(node.op);
  DepthToSpace move;
  for (std::size_t i = 0; i < conv.strides.size(); ++i) {
    const Axis& axis = axes[axes.size() - conv.strides.size() + i];
    conv.pads_begin[i] = -axis.q_min();
    conv.pads_end[i] = axis.new_positions() + axis.q_max() - axis.cells;
    move.factors.push_back(axis.factor);
    move.crop_end.push_back(axis.new_positions() * axis.factor - axis.positions);
  }
  std::vector<ValueId> inputs{
      src, editor.add_constant(node.name + "/weights",
                               collapsed_weights(axes, *editor.graph().constant(node, 1)))};
  if (node.inputs.size() > 2) {
    inputs.push_back(editor.add_constant(
        node.name + "/bias", tiled(*editor.graph().constant(node, 2), phase_count(axes))));
  }
  editor.replace_node(id, conv, std::move(inputs));
  const ValueId moved =
      editor.add_node(editor.unique_name(node.name + "/depth_to_space"), move, {node.output});
  editor.replace_uses(node.output, moved);
  editor.set_input(id_of(editor.graph(), *editor.graph().producer(moved)), 0, node.output);
}

bool collapse_if_it_pays(GraphEditor& editor, NodeId id) {
  const Graph& graph = editor.graph();
  const Node& node = graph.node(id);
  if (!is_plain_conv(graph, node)) {
    return false;
  }
  const Node* before = graph.producer(node.inputs[0]);
  if (before == nullptr || !std::holds_alternative<UpsampleNearest>(before->op)) {
    return false;
  }
  const Axes axes = axes_of(graph, std::get<UpsampleNearest>(before->op), node);
  if (!pays(axes, graph.value(node.inputs[1]).shape)) {
    return false;
  }
  collapse(editor, id, before->inputs[0], axes);
  return true;
}

}  // namespace

bool collapse_upsample(GraphEditor& editor) {
  bool changed = false;
  for (std::size_t i = 0; i < editor.graph().nodes().size(); ++i) {
    while (collapse_if_it_pays(editor, static_cast<NodeId>(i))) {
      changed = true;  // a second up-sampling may stand in front of the first
    }
  }
  return changed;
}

}  // namespace caloquant
