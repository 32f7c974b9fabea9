#pragma once

#include <cstddef>
#include <numeric>
#include <vector>

namespace caloquant {

/// Variance of a statistic of a sample by leaving out one of `blocks` at a time (Efron 1982,
/// equation 3.5): `without_block(block)` is the statistic of the rest.
template <typename WithoutBlock>
[[nodiscard]] double jackknife_variance(std::size_t blocks, WithoutBlock&& without_block) {
  std::vector<double> values(blocks);
  for (std::size_t block = 0; block < blocks; ++block) {
    values[block] = without_block(block);
  }
  const double count = static_cast<double>(blocks);
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
  const double squares = std::accumulate(
      values.begin(), values.end(), 0.0,
      [mean](double sum, double value) { return sum + (value - mean) * (value - mean); });
  return (count - 1.0) / count * squares;
}

}  // namespace caloquant
