#pragma once

#include <caloquant/types.hpp>
#include <cstddef>
#include <optional>

namespace caloquant {

// The one broadcasting rule of all readers: numpy's
// (https://numpy.org/doc/stable/user/basics.broadcasting.html), which is TensorFlow's and ONNX's
// multidirectional one. Last axes stand below each other, axes that are missing in front count as
// 1, and an extent of 1 repeats. `dynamic`, the batch, is an extent of its own that meets only 1
// and itself.

/// The shape under which tensors of two shapes are combined element by element; nothing when two
/// extents do not fit. More axes than both have can hold the batch: [N, 5] and [N, 1, 5] make
/// [N, N, 5].
[[nodiscard]] std::optional<Shape> broadcast_shapes(const Shape& a, const Shape& b);

/// Does a tensor of shape `from` beside one of `to` leave `to` as it is? ONNX's unidirectional
/// rule, for slopes of PRelu and C of Gemm.
[[nodiscard]] bool broadcasts_to(const Shape& from, const Shape& to);

/// The shape with extents of 1 in front up to `rank` axes, which it must not exceed.
[[nodiscard]] Shape with_leading_ones(Shape shape, std::size_t rank);

}  // namespace caloquant
