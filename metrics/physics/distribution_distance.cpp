#include "metrics/physics/distribution_distance.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "ops/core/check.hpp"

namespace caloquant {
namespace {

/// A value of one sample with its share of that sample's probability.
struct Jump {
  double value;
  double share;
  bool of_a;
};

/// F_a and F_b, summed apart: equal samples then have equal sums, to the last bit.
struct Distributions {
  double a = 0.0;
  double b = 0.0;

  void add(const Jump& jump) { (jump.of_a ? a : b) += jump.share; }
  [[nodiscard]] double difference() const { return std::abs(a - b); }
};

/// False when there is nothing to make a distribution of.
bool add_jumps(std::vector<Jump>& jumps, std::span<const double> values,
               std::span<const double> weights, bool of_a) {
  CALOQUANT_EXPECT(weights.empty() || weights.size() == values.size());
  double total = 0.0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double weight = weights.empty() ? 1.0 : weights[i];
    CALOQUANT_EXPECT(weight >= 0.0);
    if (std::isnan(values[i])) {
      return false;
    }
    total += weight;
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    jumps.push_back({values[i], (weights.empty() ? 1.0 : weights[i]) / total, of_a});
  }
  return total > 0.0 && std::isfinite(total);
}

/// Jumps in the order of their values; empty when a distribution does not exist.
std::vector<Jump> sorted_jumps(std::span<const double> a, std::span<const double> b,
                               std::span<const double> weights_a,
                               std::span<const double> weights_b) {
  std::vector<Jump> jumps;
  jumps.reserve(a.size() + b.size());
  if (!add_jumps(jumps, a, weights_a, true) || !add_jumps(jumps, b, weights_b, false)) {
    return {};
  }
  // Of equal values the larger share first: the sums then do not depend on the order of events.
  std::sort(jumps.begin(), jumps.end(), [](const Jump& left, const Jump& right) {
    return left.value != right.value ? left.value < right.value : left.share > right.share;
  });
  return jumps;
}

}  // namespace

double wasserstein_1(std::span<const double> a, std::span<const double> b,
                     std::span<const double> weights_a, std::span<const double> weights_b) {
  const std::vector<Jump> jumps = sorted_jumps(a, b, weights_a, weights_b);
  if (jumps.empty()) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  Distributions sums;
  double distance = 0.0;
  for (std::size_t i = 0; i + 1 < jumps.size(); ++i) {
    sums.add(jumps[i]);
    distance += sums.difference() * (jumps[i + 1].value - jumps[i].value);
  }
  return distance;
}

double kolmogorov_smirnov(std::span<const double> a, std::span<const double> b) {
  const std::vector<Jump> jumps = sorted_jumps(a, b, {}, {});
  if (jumps.empty()) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  Distributions sums;
  double largest = 0.0;
  for (std::size_t i = 0; i < jumps.size(); ++i) {
    sums.add(jumps[i]);
    if (i + 1 == jumps.size() || jumps[i + 1].value != jumps[i].value) {
      largest = std::max(largest, sums.difference());
    }
  }
  return largest;
}

}  // namespace caloquant
