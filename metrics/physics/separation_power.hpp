#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace caloquant {

/// Separation power of two histograms over the same bins, S = 1/2 sum (p - q)^2 / (p + q) with p
/// and q normalised to sum 1: 0 for equal, 1 for disjoint ones (CaloChallenge, arXiv:2410.21611).
/// Bins empty in both add 0. NaN when a histogram has no entries.
[[nodiscard]] double separation_power(std::span<const double> a, std::span<const double> b);

/// Equally wide bins over [low, high), the last one closed, with one bin below and one above: an
/// event outside is told apart, not dropped.
struct LinearBins {
  double low = 0.0;
  double high = 1.0;
  std::size_t count = 1;
};
/// Entries [count + 2]: below, the bins, above. NaN counts nowhere.
[[nodiscard]] std::vector<double> histogram(std::span<const double> values, const LinearBins& bins);

}  // namespace caloquant
