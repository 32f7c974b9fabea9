#pragma once

#include <array>
#include <vector>

#include "graph/io/onnx/interpreter/call.hpp"

namespace caloquant::onnx {

/// One spatial axis of a convolution or pooling.
struct WindowAxis {
  std::int64_t src = 1;
  std::int64_t dst = 1;
  std::int64_t kernel = 1;
  std::int64_t stride = 1;
  std::int64_t dilation = 1;
  std::int64_t pad_begin = 0;
  std::int64_t pad_end = 0;

  [[nodiscard]] std::int64_t reach() const { return (kernel - 1) * dilation + 1; }
};

/// D, H and W; a missing one is an axis of one cell.
struct Window {
  std::size_t axes = 0;
  std::array<WindowAxis, 3> at;

  [[nodiscard]] const WindowAxis& operator[](std::size_t axis) const { return at[axis]; }
  [[nodiscard]] std::int64_t src_cells() const { return at[0].src * at[1].src * at[2].src; }
  [[nodiscard]] std::int64_t dst_cells() const { return at[0].dst * at[1].dst * at[2].dst; }
  [[nodiscard]] std::int64_t kernel_cells() const {
    return at[0].kernel * at[1].kernel * at[2].kernel;
  }
  /// [batch, channels, spatial extents of dst].
  [[nodiscard]] Shape dst_dims(std::int64_t batch, std::int64_t channels) const;
};

/// Extents, strides and dilations from src [N, C, 1 to 3 spatial axes], the attributes strides and
/// dilations and `kernel`; no pads, dst not yet known. All numbers are at most 2^31, so that no
/// product of a few overflows.
[[nodiscard]] Window window_without_pads(const Call& call, const Shape& src, const Shape& kernel);

/// The window of Conv and pooling: pads as the attributes pads or auto_pad say, dst by ONNX's rule,
/// rounded up with `ceil`.
[[nodiscard]] Window forward_window(const Call& call, const Shape& src, const Shape& kernel,
                                    bool ceil = false);

/// An attribute of non-negative entries up to 2^31.
[[nodiscard]] Shape bounded(const Call& call, const char* name, std::size_t axes,
                            const Shape& otherwise, std::int64_t least);

}  // namespace caloquant::onnx
