#pragma once

#include <caloquant/range.hpp>
#include <cstdint>
#include <span>
#include <vector>

#include "ops/core/extremes.hpp"
#include "ops/core/histogram.hpp"

namespace caloquant {

/// The distribution of a stream of values in 512 KiB: a histogram of 65536 bins of a power-of-two
/// width, with the extremes and the number of exact zeros beside it. What the methods that need
/// more than the extremes share.
///
/// More than 16384 bins lie between 0 and the largest magnitude, so that the step of an 8-bit code
/// is at least 64 bins wide at full range. Everything depends on the multiset of values alone.
class ValueDistribution {
 public:
  /// Values of one bin, taken for its middle (or the extreme, when that is nearer to the values).
  struct Cell {
    float value = 0.0F;
    std::uint64_t count = 0;
  };

  ValueDistribution();

  /// `values` are finite and have these extremes.
  void add(std::span<const float> values, const Extremes& extremes);

  /// Smallest and largest value, and 0.
  [[nodiscard]] const Range& extremes() const noexcept { return extremes_; }
  /// Values that are 0: every code represents them exactly.
  [[nodiscard]] std::uint64_t zeros() const noexcept { return zeros_; }
  /// Values that are not 0.
  [[nodiscard]] std::uint64_t nonzeros() const noexcept { return nonzeros_; }
  /// Width of a bin, in units of the values.
  [[nodiscard]] double width() const noexcept { return histogram_.width(); }
  /// The bins with values other than 0, in rising order.
  [[nodiscard]] std::vector<Cell> cells() const;
  /// Counts of |x| without zeros; bin b holds width() * [b, b + 1], an edge in either.
  [[nodiscard]] std::vector<std::uint64_t> magnitudes() const;

 private:
  /// Count of a bin without the exact zeros.
  [[nodiscard]] std::uint64_t count(std::size_t bin) const;

  Range extremes_;
  std::uint64_t zeros_ = 0;
  std::uint64_t nonzeros_ = 0;
  Histogram histogram_;
};

}  // namespace caloquant
