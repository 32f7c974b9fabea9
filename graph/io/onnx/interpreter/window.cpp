#include "graph/io/onnx/interpreter/window.hpp"

#include <algorithm>

namespace caloquant::onnx {
namespace {

constexpr std::int64_t largest = std::int64_t{1} << 31;

/// SAME: as many dst cells as strides fit, rounded up; the odd pad goes to the end (UPPER) or to
/// the beginning (LOWER).
void pad_same(WindowAxis& axis, bool upper) {
  axis.dst = (axis.src + axis.stride - 1) / axis.stride;
  const std::int64_t missing =
      std::max<std::int64_t>(0, (axis.dst - 1) * axis.stride + axis.reach() - axis.src);
  axis.pad_begin = upper ? missing / 2 : missing - missing / 2;
  axis.pad_end = missing - axis.pad_begin;
}

void count_steps(const Call& call, WindowAxis& axis, bool ceil) {
  const std::int64_t room = axis.src + axis.pad_begin + axis.pad_end - axis.reach();
  call.require(room >= 0, "has a kernel that reaches over " + std::to_string(axis.reach()) +
                              " cells of a padded src of " +
                              std::to_string(axis.src + axis.pad_begin + axis.pad_end));
  axis.dst = (room + (ceil ? axis.stride - 1 : 0)) / axis.stride + 1;
  if (ceil && (axis.dst - 1) * axis.stride >= axis.src + axis.pad_begin) {
    --axis.dst;  // a window that begins behind the last cell does not count
  }
}

}  // namespace

Shape Window::dst_dims(std::int64_t batch, std::int64_t channels) const {
  Shape dims{batch, channels};
  for (std::size_t i = 3 - axes; i < 3; ++i) {
    dims.push_back(at[i].dst);
  }
  return dims;
}

Shape bounded(const Call& call, const char* name, std::size_t axes, const Shape& otherwise,
              std::int64_t least) {
  Shape values = call.per_axis(name, axes, otherwise);
  for (const std::int64_t value : values) {
    call.require(
        value >= least && value <= largest,
        std::string("attribute '") + name + "' is out of range: " + printable(to_string(values)));
  }
  return values;
}

Window window_without_pads(const Call& call, const Shape& src, const Shape& kernel) {
  call.require(src.size() >= 3 && src.size() <= 5,
               "needs src [N, C, 1 to 3 spatial axes], has " + to_string(src));
  Window window;
  window.axes = src.size() - 2;
  call.require(kernel.size() == window.axes, "has a kernel " + printable(to_string(kernel)) +
                                                 " that does not fit src " + to_string(src));
  const Shape ones(window.axes, 1);
  const Shape strides = bounded(call, "strides", window.axes, ones, 1);
  const Shape dilations = bounded(call, "dilations", window.axes, ones, 1);
  for (std::size_t i = 0; i < window.axes; ++i) {
    WindowAxis& axis = window.at[3 - window.axes + i];
    call.require(
        kernel[i] >= 1 && kernel[i] <= largest && src[i + 2] >= 0 && src[i + 2] <= largest,
        "has the impossible kernel " + printable(to_string(kernel)) + " on src " + to_string(src));
    axis.src = src[i + 2];
    axis.kernel = kernel[i];
    axis.stride = strides[i];
    axis.dilation = dilations[i];
  }
  return window;
}

Window forward_window(const Call& call, const Shape& src, const Shape& kernel, bool ceil) {
  Window window = window_without_pads(call, src, kernel);
  const std::string mode = call.text("auto_pad", "NOTSET");
  const bool explicit_pads = mode == "NOTSET";
  call.require(explicit_pads || mode == "VALID" || mode == "SAME_UPPER" || mode == "SAME_LOWER",
               "has the unknown auto_pad '" + printable(mode) + "'");
  const Shape pads = bounded(call, "pads", 2 * window.axes, Shape(2 * window.axes, 0), 0);
  for (std::size_t i = 0; i < window.axes; ++i) {
    WindowAxis& axis = window.at[3 - window.axes + i];
    if (mode == "SAME_UPPER" || mode == "SAME_LOWER") {
      pad_same(axis, mode == "SAME_UPPER");
      continue;
    }
    if (explicit_pads) {
      axis.pad_begin = pads[i];
      axis.pad_end = pads[i + window.axes];
    }
    count_steps(call, axis, ceil);
  }
  return window;
}

}  // namespace caloquant::onnx
