// ConvTranspose: every src cell adds its kernel to dst. Sums in double.

#include <algorithm>

#include "graph/io/onnx/interpreter/functions.hpp"
#include "graph/io/onnx/interpreter/transposed_window.hpp"
#include "graph/io/onnx/interpreter/visit.hpp"
#include "ops/core/counted.hpp"

namespace caloquant::onnx {
namespace {

/// pads from a wanted extent of dst.
void pads_from_dst(const Call& call, WindowAxis& axis, std::int64_t full, bool upper) {
  const std::int64_t total = full - axis.dst;
  call.require(axis.dst >= 1, "has an output_shape below 1");
  const std::int64_t half = std::max<std::int64_t>(total, 0) / 2;
  axis.pad_begin = upper ? half : std::max<std::int64_t>(total, 0) - half;
  axis.pad_end = total - axis.pad_begin;  // negative: cells that nothing adds to
}

void add_cell(const Window& window, const std::array<std::int64_t, 3>& cell, double value,
              const double* kernel, double* dst) {
  std::array<std::int64_t, 3> at{};
  for (std::int64_t d = 0; d < window[0].kernel; ++d) {
    at[0] = cell[0] * window[0].stride + d * window[0].dilation - window[0].pad_begin;
    for (std::int64_t h = 0; h < window[1].kernel; ++h) {
      at[1] = cell[1] * window[1].stride + h * window[1].dilation - window[1].pad_begin;
      for (std::int64_t w = 0; w < window[2].kernel; ++w, ++kernel) {
        at[2] = cell[2] * window[2].stride + w * window[2].dilation - window[2].pad_begin;
        const bool inside = at[0] >= 0 && at[0] < window[0].dst && at[1] >= 0 &&
                            at[1] < window[1].dst && at[2] >= 0 && at[2] < window[2].dst;
        if (inside) {
          dst[(at[0] * window[1].dst + at[1]) * window[2].dst + at[2]] += value * *kernel;
        }
      }
    }
  }
}

void add_channel(const Window& window, const double* src, const double* kernel, double* dst) {
  for (std::int64_t z = 0; z < window[0].src; ++z) {
    for (std::int64_t y = 0; y < window[1].src; ++y) {
      for (std::int64_t x = 0; x < window[2].src; ++x) {
        add_cell(window, {z, y, x}, *src++, kernel, dst);
      }
    }
  }
}

}  // namespace

Window transposed_window(const Call& call, const Shape& src, const Shape& kernel) {
  call.require(call.integers("kernel_shape").value_or(kernel) == kernel,
               "has a kernel_shape that its weights contradict");
  Window window = window_without_pads(call, src, kernel);
  const std::size_t axes = window.axes;
  const std::string mode = call.text("auto_pad", "NOTSET");
  const bool same = mode == "SAME_UPPER" || mode == "SAME_LOWER";
  call.require(same || mode == "NOTSET" || mode == "VALID",
               "has the unknown auto_pad '" + printable(mode) + "'");
  const Shape zeros(axes, 0);
  const Shape pads = bounded(call, "pads", 2 * axes, Shape(2 * axes, 0), 0);
  const Shape extra = bounded(call, "output_padding", axes, zeros, 0);
  Shape wanted = call.integers("output_shape").value_or(Shape{});
  if (wanted.size() == axes + 2) {
    wanted.erase(wanted.begin(), wanted.begin() + 2);
  }
  call.require(wanted.empty() || wanted.size() == axes, "has an output_shape " +
                                                            printable(to_string(wanted)) + " for " +
                                                            counted(axes, "axis", "axes"));
  for (std::size_t i = 0; i < axes; ++i) {
    WindowAxis& axis = window.at[3 - axes + i];
    const std::int64_t full = axis.stride * (axis.src - 1) + extra[i] + axis.reach();
    if (!wanted.empty() || same) {
      axis.dst = wanted.empty() ? axis.src * axis.stride : wanted[i];
      pads_from_dst(call, axis, full, mode == "SAME_UPPER");
      continue;
    }
    axis.pad_begin = mode == "NOTSET" ? pads[i] : 0;
    axis.pad_end = mode == "NOTSET" ? pads[i + axes] : 0;
    axis.dst = full - axis.pad_begin - axis.pad_end;
    call.require(axis.dst >= 1, "has pads larger than its dst");
  }
  return window;
}

Results conv_transpose(const Call& call) {
  const Array& src = call.input(0);
  const Array& weights = call.input(1);
  call.require(weights.rank() >= 3 && weights.type() == src.type(),
               "weights " + describe(weights) + " do not fit src " + describe(src));
  const Shape kernel(weights.dims().begin() + 2, weights.dims().end());
  const Window window = transposed_window(call, src.dims(), kernel);
  const std::int64_t groups = call.integer("group", 1);
  const std::int64_t channels = src.dims()[1];
  call.require(groups >= 1 && channels % groups == 0 && weights.dims()[0] == channels,
               "weights " + describe(weights) + " in " + counted(groups, "group") +
                   " do not fit src " + describe(src));
  const std::int64_t per_group = weights.dims()[1];
  const Shape dims = window.dst_dims(src.dims()[0], per_group * groups);
  call.check_size(ElementType::f64, dims);
  call.charge(static_cast<double>(src.size()) * static_cast<double>(per_group) *
              static_cast<double>(window.kernel_cells()));
  std::vector<double> dst(static_cast<std::size_t>(element_count(dims)), 0.0);
  const std::vector<double> x = to_doubles(call, src);
  const std::vector<double> w = to_doubles(call, weights);
  for (std::int64_t i = 0; i < src.dims()[0] * channels; ++i) {
    const std::int64_t channel = i % channels;
    for (std::int64_t o = 0; o < per_group; ++o) {
      const std::int64_t to =
          (i / channels * groups + channel / (channels / groups)) * per_group + o;
      add_channel(window, x.data() + i * window.src_cells(),
                  w.data() + (channel * per_group + o) * window.kernel_cells(),
                  dst.data() + to * window.dst_cells());
    }
  }
  if (const Array* bias = call.optional(2)) {
    call.require(bias->dims() == Shape{per_group * groups}, "has a bias " + describe(*bias));
    const std::vector<double> b = to_doubles(call, *bias);
    for (std::size_t i = 0; i < dst.size(); ++i) {
      dst[i] += b[i / static_cast<std::size_t>(window.dst_cells()) % b.size()];
    }
  }
  return {from_doubles(call, src.type(), dims, dst)};
}

}  // namespace caloquant::onnx
