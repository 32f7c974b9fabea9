#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace caloquant {

/// One row of features per event, [rows, columns] row-major.
struct FeatureRows {
  std::size_t columns = 0;
  std::vector<double> values;

  [[nodiscard]] std::size_t rows() const { return columns == 0 ? 0 : values.size() / columns; }
  [[nodiscard]] std::span<const double> row(std::size_t index) const {
    return std::span(values).subspan(index * columns, columns);
  }
  void add(std::span<const double> row) { values.insert(values.end(), row.begin(), row.end()); }
};

/// Rows of the given numbers, in their order.
[[nodiscard]] FeatureRows select_rows(const FeatureRows& rows,
                                      std::span<const std::size_t> numbers);

/// Every column divided by its largest magnitude in `reference`; columns that are 0 there stay as
/// they are.
[[nodiscard]] FeatureRows normalise(const FeatureRows& rows, const FeatureRows& reference);

/// `count` different numbers below `size`, the `draw`-th draw of a seed: the beginning of a random
/// permutation (Fisher-Yates on philox).
[[nodiscard]] std::vector<std::size_t> draw_rows(std::size_t size, std::size_t count,
                                                 std::uint64_t seed, std::uint64_t draw);

}  // namespace caloquant
