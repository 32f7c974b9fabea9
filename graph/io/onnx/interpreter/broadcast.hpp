#pragma once

#include <vector>

#include "graph/io/onnx/interpreter/call.hpp"

namespace caloquant::onnx {

/// broadcast_shapes() of ops/core/broadcast.hpp; fails with the node when they do not fit.
[[nodiscard]] Shape broadcast(const Call& call, const Shape& a, const Shape& b);

/// Reads an array as if it had other extents or order: element (i0, i1, ...) of `dims` lies at
/// offset + sum of strides[k] * i_k. A stride of 0 repeats.
struct View {
  Shape dims;
  Shape strides;
  std::int64_t offset = 0;
};

/// The array under broadcast extents.
[[nodiscard]] View broadcast_view(const Array& array, const Shape& dims);

/// Calls f(position, source) for every element of the view in row-major order.
template <typename F>
void for_each_element(const View& view, F&& f) {
  Shape index(view.dims.size(), 0);
  std::int64_t source = view.offset;
  const std::int64_t count = element_count(view.dims);
  for (std::int64_t position = 0; position < count; ++position) {
    f(static_cast<std::size_t>(position), static_cast<std::size_t>(source));
    for (std::size_t axis = view.dims.size(); axis-- > 0;) {
      source += view.strides[axis];
      if (++index[axis] < view.dims[axis]) {
        break;
      }
      source -= view.strides[axis] * view.dims[axis];
      index[axis] = 0;
    }
  }
}

/// Source positions of all elements.
[[nodiscard]] std::vector<std::size_t> positions(const View& view);

/// A dense copy of what the view shows.
[[nodiscard]] Array materialize(const Call& call, const Array& array, const View& view);

/// dst[i0, i1, ...] = src[maps[0][i0], maps[1][i1], ...], or `fill` (bytes of one element) where a
/// map says -1.
[[nodiscard]] Array remap(const Call& call, const Array& src,
                          const std::vector<std::vector<std::int64_t>>& maps,
                          std::span<const std::byte> fill = {});

/// Row-major strides in elements, also for extents of 0.
[[nodiscard]] Shape strides_of(const Shape& dims);

}  // namespace caloquant::onnx
