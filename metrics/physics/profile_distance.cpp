#include "metrics/physics/profile_distance.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "metrics/physics/distribution_distance.hpp"
#include "ops/core/check.hpp"

namespace caloquant {
namespace {

constexpr double smallest_mean = 1e-5;  // [GeV]

}  // namespace

double profile_relative_error(std::span<const double> a, std::span<const double> b) {
  CALOQUANT_EXPECT(a.size() == b.size());
  const std::size_t edge = a.size() / 4;
  double sum = 0.0;
  std::size_t slices = 0;
  for (std::size_t slice = edge; slice < a.size() - edge; ++slice) {
    if (a[slice] > smallest_mean) {
      sum += std::abs(a[slice] - b[slice]) / a[slice];
      ++slices;
    }
  }
  return slices == 0 ? std::numeric_limits<double>::quiet_NaN() : sum / static_cast<double>(slices);
}

double profile_wasserstein_1(std::span<const double> a, std::span<const double> b) {
  CALOQUANT_EXPECT(a.size() == b.size());
  std::vector<double> positions(a.size());
  std::iota(positions.begin(), positions.end(), 0.0);
  const auto weights = [](std::span<const double> profile) {
    std::vector<double> positive(profile.begin(), profile.end());
    std::replace_if(
        positive.begin(), positive.end(), [](double energy) { return !(energy > 0.0); }, 0.0);
    return positive;
  };
  return wasserstein_1(positions, positions, weights(a), weights(b));
}

}  // namespace caloquant
