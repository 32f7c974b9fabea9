#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace caloquant {

/// What a histogram covers, with B bins of width w.
enum class HistogramRange {
  magnitude,  ///< |x| in [0, B w)
  symmetric,  ///< x in [-B/2 w, B/2 w)
};

/// Histogram of a stream whose range is not known in advance, in bounded memory.
///
/// The bin width is always a power of two, and when a value falls outside, bins are merged until it
/// fits. Edges are multiples of the width, so a merged bin holds exactly the values that it would
/// have been given from the start: counts depend on the set of values alone, not on their order or
/// on how they were cut into calls. Counts are never lost. More than
/// half of the bins (of a side) are in use once a value other than 0 was seen.
class Histogram {
 public:
  static constexpr std::size_t default_bins = 2048;

  /// `bins` is a power of two from 4 to 65536.
  explicit Histogram(HistogramRange range, std::size_t bins = default_bins);

  /// Counts all values, or none: returns the index of the first value that is NaN or infinite.
  [[nodiscard]] std::optional<std::size_t> add(std::span<const float> values);

  [[nodiscard]] std::span<const std::uint64_t> counts() const noexcept { return counts_; }
  [[nodiscard]] std::uint64_t total() const noexcept;
  /// Lower edge of the first bin and width of a bin. Bin b holds lower() + width() * [b, b + 1).
  [[nodiscard]] double lower() const noexcept;
  [[nodiscard]] double width() const noexcept;

  friend bool operator==(const Histogram&, const Histogram&) = default;

 private:
  [[nodiscard]] int exponent_for(double smallest, double largest) const;
  void widen(int exponent);
  void count(std::span<const float> values);

  HistogramRange range_;
  int exponent_;  ///< width = 2^exponent_
  std::vector<std::uint64_t> counts_;
};

}  // namespace caloquant
