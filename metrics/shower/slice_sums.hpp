#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "metrics/core/energy_units.hpp"

namespace caloquant {

/// Extents [X, Y, Z] of an image; memory is row-major, z fastest.
using ImageExtents = std::array<std::size_t, 3>;

[[nodiscard]] constexpr std::size_t cell_count(const ImageExtents& extents) {
  return extents[0] * extents[1] * extents[2];
}
/// X + Y + Z: slices of x, then of y, then of z.
[[nodiscard]] constexpr std::size_t slice_count(const ImageExtents& extents) {
  return extents[0] + extents[1] + extents[2];
}

/// Per slice, the sum of its converted cells and, unless `squares` is empty, the sum of their
/// squares. image [X, Y, Z] f32, `sums` and `squares` [X + Y + Z] f64. Everything is added in
/// double and in an order fixed by the extents. Cells that are not finite count as 0. Returns the
/// number of cells that are not finite.
std::size_t slice_sums(std::span<const float> image, const ImageExtents& extents,
                       const CellConversion& convert, std::span<double> sums,
                       std::span<double> squares);

}  // namespace caloquant
