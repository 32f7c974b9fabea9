#include "calibration/observers/value_distribution.hpp"

#include <algorithm>

#include "calibration/observers/observer.hpp"
#include "ops/core/check.hpp"

namespace caloquant {
namespace {

constexpr std::size_t bins = 65536;
constexpr std::size_t zero_bin = bins / 2;  // [0, width)

}  // namespace

ValueDistribution::ValueDistribution() : histogram_(HistogramRange::symmetric, bins) {}

void ValueDistribution::add(std::span<const float> values, const Extremes& extremes) {
  const std::optional<std::size_t> not_finite = histogram_.add(values);
  CALOQUANT_ENSURE(!not_finite);
  extremes_ = united(extremes_, {extremes.low, extremes.high});
  zeros_ += extremes.zeros;
  nonzeros_ += values.size() - extremes.zeros;
}

std::uint64_t ValueDistribution::count(std::size_t bin) const {
  return histogram_.counts()[bin] - (bin == zero_bin ? zeros_ : 0);
}

std::vector<ValueDistribution::Cell> ValueDistribution::cells() const {
  std::vector<Cell> filled;
  const auto low = static_cast<double>(extremes_.low);
  const auto high = static_cast<double>(extremes_.high);
  for (std::size_t bin = 0; bin < bins; ++bin) {
    if (const std::uint64_t inside = count(bin); inside > 0) {
      const double middle = histogram_.lower() + width() * (static_cast<double>(bin) + 0.5);
      filled.push_back({static_cast<float>(std::clamp(middle, low, high)), inside});
    }
  }
  return filled;
}

std::vector<std::uint64_t> ValueDistribution::magnitudes() const {
  std::vector<std::uint64_t> counts(zero_bin);
  for (std::size_t bin = 0; bin < zero_bin; ++bin) {
    counts[bin] = count(zero_bin + bin) + count(zero_bin - 1 - bin);
  }
  return counts;
}

}  // namespace caloquant
