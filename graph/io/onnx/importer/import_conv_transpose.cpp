// ConvTranspose as one small convolution per phase, then DepthToSpace (compare
// graph/passes/collapse_upsample.cpp).
//
// The dst cell p = j * s + phase gets, with kernel entry k, the src cell j + q,
//
//   q(phase, k) = (phase + pad_begin - k * d) / s   where that is an integer      (every axis)
//
// so the cells of one phase are a convolution over src with the weights
//
//   w'[phase * O + o][c][q - qmin] = w[c][o][k],   phases row-major over the axes
//   pads_begin' = -qmin,   pads_end' = P' + qmax - S,   P' = ceil(P / s) of P cells, S src cells
//
// with qmin <= 0 and qmax >= S - P', so that no pad is negative. Exact. Groups become zeros.

#include <algorithm>
#include <array>

#include "graph/io/onnx/importer/translators.hpp"
#include "graph/io/onnx/interpreter/transposed_window.hpp"

namespace caloquant::onnx {
namespace {

/// One axis of the formula on top. Every kernel entry belongs to exactly one phase.
struct PhaseAxis {
  WindowAxis window;
  std::int64_t q_min = 0;
  std::int64_t q_max = 0;

  explicit PhaseAxis(const WindowAxis& axis) : window(axis), q_max(axis.src - positions()) {
    for (std::int64_t k = 0; k < axis.kernel; ++k) {
      q_min = std::min(q_min, q(k));
      q_max = std::max(q_max, q(k));
    }
  }
  [[nodiscard]] std::int64_t phase(std::int64_t k) const {
    const std::int64_t rest = (k * window.dilation - window.pad_begin) % window.stride;
    return rest < 0 ? rest + window.stride : rest;
  }
  [[nodiscard]] std::int64_t q(std::int64_t k) const {
    return (phase(k) + window.pad_begin - k * window.dilation) / window.stride;
  }
  [[nodiscard]] std::int64_t kernel() const { return q_max - q_min + 1; }
  [[nodiscard]] std::int64_t positions() const {
    return (window.dst + window.stride - 1) / window.stride;
  }
};
using PhaseAxes = std::array<PhaseAxis, 3>;

struct Channels {
  std::int64_t in = 1;
  std::int64_t out = 1;
  std::int64_t groups = 1;
};

/// Calls f(index in the kernel of w, phase, index in the kernel of w') for every kernel entry.
template <typename F>
void for_each_tap(const PhaseAxes& axes, F&& f) {
  std::int64_t entry = 0;
  const auto step = [](const PhaseAxis& axis, std::int64_t k, std::int64_t& phase,
                       std::int64_t& tap) {
    phase = phase * axis.window.stride + axis.phase(k);
    tap = tap * axis.kernel() + axis.q(k) - axis.q_min;
  };
  for (std::int64_t d = 0; d < axes[0].window.kernel; ++d) {
    for (std::int64_t h = 0; h < axes[1].window.kernel; ++h) {
      for (std::int64_t w = 0; w < axes[2].window.kernel; ++w) {
        std::int64_t phase = 0;
        std::int64_t tap = 0;
        step(axes[0], d, phase, tap);
        step(axes[1], h, phase, tap);
        step(axes[2], w, phase, tap);
        f(entry++, phase, tap);
      }
    }
  }
}

Tensor phase_weights(const NodeImport& node, const PhaseAxes& axes, const Channels& channels,
                     const Tensor& weights, std::size_t axis_count) {
  std::int64_t phases = 1;
  std::int64_t taps = 1;
  std::int64_t entries = 1;
  for (const PhaseAxis& axis : axes) {
    phases *= axis.window.stride;
    taps *= axis.kernel();
    entries *= axis.window.kernel;
  }
  Shape shape{phases * channels.out, channels.in};
  for (std::size_t i = 3 - axis_count; i < 3; ++i) {
    shape.push_back(axes[i].kernel());
  }
  node.call().check_size(ElementType::f32, shape);
  node.call().charge(static_cast<double>(element_count(shape)));
  Tensor result(DType::f32, shape);
  const std::int64_t out_per_group = channels.out / channels.groups;
  const std::int64_t in_per_group = channels.in / channels.groups;
  const auto from = weights.data<float>();
  const auto to = result.data<float>();
  for_each_tap(axes, [&](std::int64_t entry, std::int64_t phase, std::int64_t tap) {
    for (std::int64_t c = 0; c < channels.in; ++c) {
      for (std::int64_t o = 0; o < out_per_group; ++o) {
        const std::int64_t out = phase * channels.out + c / in_per_group * out_per_group + o;
        to[static_cast<std::size_t>((out * channels.in + c) * taps + tap)] =
            from[static_cast<std::size_t>((c * out_per_group + o) * entries + entry)];
      }
    }
  });
  return result;
}

/// bias[o] for every phase.
Tensor phase_bias(const Tensor& bias, std::int64_t phases) {
  Tensor result(DType::f32, {bias.size() * phases});
  for (std::int64_t phase = 0; phase < phases; ++phase) {
    std::copy(bias.data<float>().begin(), bias.data<float>().end(),
              result.data<float>().begin() + phase * bias.size());
  }
  return result;
}

}  // namespace

ImportedValue import_conv_transpose(const NodeImport& node) {
  const ValueId src = node.computed(0);
  const Tensor weights = node.weights(1);
  const Shape& w = weights.shape();
  node.require(w.size() >= 3, "has weights " + to_string(w));
  const Window window =
      transposed_window(node.call(), node.sample_dims(src), {w.begin() + 2, w.end()});
  const Channels channels{w[0], w[1] * node.call().integer("group", 1),
                          node.call().integer("group", 1)};
  node.require(channels.groups >= 1 && channels.in == node.shape(src)[1] &&
                   channels.in % channels.groups == 0,
               "has weights " + to_string(w) + " for src " + to_string(node.shape(src)));
  constexpr std::int64_t largest_stride = 64;
  for (const WindowAxis& axis : window.at) {
    node.require(axis.stride <= largest_stride,
                 "has a stride above " + std::to_string(largest_stride));
  }
  const PhaseAxes axes{PhaseAxis(window[0]), PhaseAxis(window[1]), PhaseAxis(window[2])};
  Conv conv;
  DepthToSpace move;
  std::int64_t phases = 1;
  for (std::size_t i = 3 - window.axes; i < 3; ++i) {
    const PhaseAxis& axis = axes[i];
    conv.strides.push_back(1);
    conv.dilations.push_back(1);
    conv.pads_begin.push_back(-axis.q_min);
    conv.pads_end.push_back(axis.positions() + axis.q_max - axis.window.src);
    move.factors.push_back(axis.window.stride);
    move.crop_end.push_back(axis.positions() * axis.window.stride - axis.window.dst);
    phases *= axis.window.stride;
  }
  std::vector<ValueId> inputs{
      src,
      node.add_constant("/weights", phase_weights(node, axes, channels, weights, window.axes))};
  if (node.has_input(2)) {
    inputs.push_back(node.add_constant("/bias", phase_bias(node.weights(2), phases)));
  }
  const ValueId dst = node.add("", conv, std::move(inputs));
  return phases == 1 ? dst : node.add("/depth_to_space", move, {dst});
}

}  // namespace caloquant::onnx
