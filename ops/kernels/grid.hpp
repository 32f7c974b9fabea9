#pragma once

#include <algorithm>
#include <array>
#include <caloquant/types.hpp>
#include <cstdint>

namespace caloquant {

/// Cells below which a team of threads costs more than it saves.
inline constexpr std::int64_t parallel_from = 1 << 15;

/// A channels-last shape [N, spatial..., C] as [N, D, H, W] and C, missing spatial axes as 1.
struct Grid {
  std::int64_t n;
  std::array<std::int64_t, 3> space{1, 1, 1};
  std::int64_t channels;
  explicit Grid(const Shape& shape) : n(shape.front()), channels(shape.back()) {
    std::copy_backward(shape.begin() + 1, shape.end() - 1, space.end());
  }
};

/// One entry per spatial axis, for D, H and W.
[[nodiscard]] inline std::array<std::int64_t, 3> spatial(const Shape& values, std::int64_t filler) {
  std::array<std::int64_t, 3> result{filler, filler, filler};
  std::copy_backward(values.begin(), values.end(), result.end());
  return result;
}

}  // namespace caloquant
