#pragma once

#include <optional>
#include <string>
#include <vector>

#include "graph/io/onnx/interpreter/call.hpp"

namespace caloquant::onnx {

/// How one axis is resampled.
struct ResizeAxis {
  std::int64_t src = 1;
  std::int64_t dst = 1;
  double scale = 1.0;   ///< dst / src as given
  double length = 1.0;  ///< dst before it is rounded to cells
  double roi_begin = 0.0;
  double roi_end = 1.0;
  [[nodiscard]] bool is_kept() const { return dst == src && scale == 1.0; }
};

/// What a Resize or Upsample node asks for.
struct ResizePlan {
  std::string mode;          ///< nearest, linear, cubic
  std::string coordinates;   ///< half_pixel, asymmetric, align_corners, ...
  std::string nearest_mode;  ///< round_prefer_floor, ..., or "simple" of opset 10
  bool antialias = false;
  bool exclude_outside = false;
  double cubic_a = -0.75;
  double extrapolation = 0.0;
  std::vector<ResizeAxis> axes;  ///< one per axis of src

  [[nodiscard]] Shape dims() const;
};

/// Reads the attributes and inputs for a src of these extents.
[[nodiscard]] ResizePlan resize_plan(const Call& call, const Shape& src);
[[nodiscard]] ResizePlan upsample_plan(const Call& call, const Shape& src);

/// Where a cell of dst lies in src, in cells.
[[nodiscard]] double source_coordinate(const ResizePlan& plan, const ResizeAxis& axis,
                                       std::int64_t at);

/// The cell that nearest takes for a coordinate, before it is clamped to src.
[[nodiscard]] std::int64_t nearest_cell(const ResizePlan& plan, const ResizeAxis& axis, double x);

}  // namespace caloquant::onnx
