#include "ops/core/extremes.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace caloquant {
namespace {

constexpr std::int32_t without_sign = 0x7FFFFFFF;
constexpr std::int32_t infinity_bits = 0x7F800000;

/// Bits of a float, put in the order of the values: keys compare as the floats do, a NaN lies
/// beyond the infinity of its sign. Its own inverse. Unlike minima of floats, whose treatment of
/// NaN must be kept, minima of integers become vector instructions everywhere.
constexpr std::int32_t ordered(std::int32_t bits) {
  return bits < 0 ? bits ^ without_sign : bits;
}

/// Values few enough to count in 32 bits.
Extremes extremes_of_chunk(std::span<const float> values) {
  std::int32_t low = 0;
  std::int32_t high = 0;
  std::int32_t zeros = 0;
#pragma omp simd reduction(min : low) reduction(max : high) reduction(+ : zeros)
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto bits = std::bit_cast<std::int32_t>(values[i]);
    const std::int32_t key = ordered(bits);
    low = key < low ? key : low;
    high = key > high ? key : high;
    zeros += (bits & without_sign) == 0 ? 1 : 0;
  }
  Extremes extremes;
  if (high >= infinity_bits || low <= ~infinity_bits) {
    const auto bad = std::find_if(values.begin(), values.end(),
                                  [](float value) { return !std::isfinite(value); });
    extremes.not_finite = static_cast<std::size_t>(bad - values.begin());
    return extremes;
  }
  extremes.low = std::bit_cast<float>(ordered(low)) + 0.0F;  // -0 becomes 0
  extremes.high = std::bit_cast<float>(ordered(high));
  extremes.zeros = static_cast<std::uint64_t>(zeros);
  return extremes;
}

}  // namespace

Extremes extremes_of(std::span<const float> values) {
  constexpr std::size_t chunk = std::size_t{1} << 30U;
  Extremes extremes;
  for (std::size_t first = 0; first < values.size(); first += chunk) {
    const Extremes part =
        extremes_of_chunk(values.subspan(first, std::min(chunk, values.size() - first)));
    if (part.not_finite) {
      extremes.not_finite = first + *part.not_finite;
      return extremes;
    }
    extremes.low = std::min(extremes.low, part.low);
    extremes.high = std::max(extremes.high, part.high);
    extremes.zeros += part.zeros;
  }
  return extremes;
}

}  // namespace caloquant
