#pragma once

#include <span>
#include <string_view>

namespace caloquant {

/// How the range of an activation is found from the values seen in calibration.
enum class RangeAlgorithm {
  minmax,  ///< smallest and largest value
  kl,      ///< the clipping with the least information loss (Migacz, GTC 2017)
};

/// "minmax" or "kl", as in the config.
[[nodiscard]] std::string_view name_of(RangeAlgorithm algorithm) noexcept;

/// The inverse of name_of().
/// Throws ConfigError, with `place` as its place, for any other name.
[[nodiscard]] RangeAlgorithm range_algorithm(std::string_view name, std::string_view place);

/// Every algorithm, in the order the tuner tries them.
[[nodiscard]] std::span<const RangeAlgorithm> all_range_algorithms() noexcept;

/// The real values an integer type has to represent. Always contains 0: low <= 0 <= high.
struct Range {
  float low = 0.0F;
  float high = 0.0F;

  friend bool operator==(const Range&, const Range&) = default;
};

}  // namespace caloquant
