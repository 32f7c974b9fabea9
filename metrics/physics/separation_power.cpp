#include "metrics/physics/separation_power.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "ops/core/check.hpp"

namespace caloquant {

double separation_power(std::span<const double> a, std::span<const double> b) {
  CALOQUANT_EXPECT(a.size() == b.size());
  const double total_a = std::accumulate(a.begin(), a.end(), 0.0);
  const double total_b = std::accumulate(b.begin(), b.end(), 0.0);
  if (!(total_a > 0.0) || !(total_b > 0.0)) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  double sum = 0.0;
  for (std::size_t bin = 0; bin < a.size(); ++bin) {
    const double p = a[bin] / total_a;
    const double q = b[bin] / total_b;
    if (p + q > 0.0) {
      sum += (p - q) * (p - q) / (p + q);
    }
  }
  return 0.5 * sum;
}

std::vector<double> histogram(std::span<const double> values, const LinearBins& bins) {
  CALOQUANT_EXPECT(bins.count > 0 && bins.low < bins.high);
  std::vector<double> entries(bins.count + 2, 0.0);
  const double per_unit = static_cast<double>(bins.count) / (bins.high - bins.low);
  for (const double value : values) {
    if (std::isnan(value)) {
      continue;
    }
    std::size_t bin = 0;
    if (value > bins.high) {
      bin = bins.count + 1;
    } else if (value >= bins.low) {
      bin = 1 + std::min(bins.count - 1, static_cast<std::size_t>((value - bins.low) * per_unit));
    }
    entries[bin] += 1.0;
  }
  return entries;
}

}  // namespace caloquant
