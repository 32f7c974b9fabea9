#include "metrics/physics/distribution_distance.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "ops/core/check.hpp"

namespace caloquant {
namespace {

/// A value of one sample with its share of that sample's probability; that of `b` is negative, so
/// that the running sum is F_a - F_b.
struct Jump {
  double value;
  double share;
};

/// False when there is nothing to make a distribution of.
bool add_jumps(std::vector<Jump>& jumps, std::span<const double> values,
               std::span<const double> weights, double sign) {
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
    jumps.push_back({values[i], sign * (weights.empty() ? 1.0 : weights[i]) / total});
  }
  return total > 0.0 && std::isfinite(total);
}

/// Jumps in the order of their values; empty when a distribution does not exist.
std::vector<Jump> sorted_jumps(std::span<const double> a, std::span<const double> b,
                               std::span<const double> weights_a,
                               std::span<const double> weights_b) {
  std::vector<Jump> jumps;
  jumps.reserve(a.size() + b.size());
  if (!add_jumps(jumps, a, weights_a, 1.0) || !add_jumps(jumps, b, weights_b, -1.0)) {
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
  double difference = 0.0;
  double distance = 0.0;
  for (std::size_t i = 0; i + 1 < jumps.size(); ++i) {
    difference += jumps[i].share;
    distance += std::abs(difference) * (jumps[i + 1].value - jumps[i].value);
  }
  return distance;
}

double kolmogorov_smirnov(std::span<const double> a, std::span<const double> b) {
  const std::vector<Jump> jumps = sorted_jumps(a, b, {}, {});
  if (jumps.empty()) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  double difference = 0.0;
  double largest = 0.0;
  for (std::size_t i = 0; i < jumps.size(); ++i) {
    difference += jumps[i].share;
    if (i + 1 == jumps.size() || jumps[i + 1].value != jumps[i].value) {
      largest = std::max(largest, std::abs(difference));
    }
  }
  return largest;
}

}  // namespace caloquant
