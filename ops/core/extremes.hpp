#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace caloquant {

/// What one look at some values tells about them.
struct Extremes {
  float low = 0.0F;         ///< smallest of the values and 0
  float high = 0.0F;        ///< largest of the values and 0
  std::uint64_t zeros = 0;  ///< values that are 0 or -0
  /// Index of the first value that is NaN or infinite; the other members say nothing then.
  std::optional<std::size_t> not_finite;
};

[[nodiscard]] Extremes extremes_of(std::span<const float> values);

}  // namespace caloquant
