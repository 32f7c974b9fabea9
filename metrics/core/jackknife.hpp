#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <numeric>
#include <optional>
#include <span>
#include <vector>

namespace caloquant {

/// Variance of a statistic of a sample by leaving out one block at a time (Efron 1982, equation
/// 3.5): `values` are the statistic of the rest, block by block.
[[nodiscard]] inline double jackknife_variance(std::span<const double> values) {
  const double count = static_cast<double>(values.size());
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
  const double squares = std::accumulate(
      values.begin(), values.end(), 0.0,
      [mean](double sum, double value) { return sum + (value - mean) * (value - mean); });
  return (count - 1.0) / count * squares;
}

/// Standard error of a statistic of several samples, the blocks of each left out by themselves:
/// variances add up. Empty without samples.
[[nodiscard]] inline std::optional<double> jackknife_error(
    const std::vector<std::vector<double>>& without_block) {
  if (without_block.empty()) {
    return std::nullopt;
  }
  return std::sqrt(std::transform_reduce(
      without_block.begin(), without_block.end(), 0.0, std::plus<>(),
      [](const std::vector<double>& values) { return jackknife_variance(values); }));
}

/// Standard error of combine(a, b) of two statistics of the same samples, block j left out of both:
/// what they share cancels. Empty where they have no blocks that correspond.
template <typename Combine>
[[nodiscard]] std::optional<double> jackknife_error_of_both(
    const std::vector<std::vector<double>>& a, const std::vector<std::vector<double>>& b,
    Combine&& combine) {
  if (a.empty() || a.size() != b.size()) {
    return std::nullopt;
  }
  std::vector<std::vector<double>> both = a;
  for (std::size_t sample = 0; sample < both.size(); ++sample) {
    if (both[sample].size() != b[sample].size()) {
      return std::nullopt;
    }
    std::transform(both[sample].begin(), both[sample].end(), b[sample].begin(),
                   both[sample].begin(), combine);
  }
  return jackknife_error(both);
}

/// The statistic without each of `blocks` blocks: `without_block(block)`.
template <typename WithoutBlock>
[[nodiscard]] std::vector<double> jackknife_values(std::size_t blocks,
                                                   WithoutBlock&& without_block) {
  std::vector<double> values(blocks);
  for (std::size_t block = 0; block < blocks; ++block) {
    values[block] = without_block(block);
  }
  return values;
}

}  // namespace caloquant
