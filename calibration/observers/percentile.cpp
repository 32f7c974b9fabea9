#include "calibration/observers/percentile.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "ops/core/check.hpp"

namespace caloquant {

PercentileObserver::PercentileObserver(std::string tensor, double percent)
    : Observer(std::move(tensor)), percent_(percent) {
  CALOQUANT_EXPECT(percent > 0.0 && percent <= 100.0);
}

void PercentileObserver::take(std::span<const float> values, std::size_t /*events*/,
                              const Extremes& extremes) {
  distribution_.add(values, extremes);
}

Range PercentileObserver::range() const {
  return percentile_range(distribution_, percent_);
}

Range percentile_range(const ValueDistribution& distribution, double percent) {
  const auto values = static_cast<double>(distribution.nonzeros());
  const auto rank = static_cast<std::uint64_t>(std::ceil(percent / 100.0 * values));
  const std::vector<std::uint64_t> counts = distribution.magnitudes();
  std::uint64_t seen = 0;
  std::size_t bin = 0;
  while (bin < counts.size() && seen < rank) {
    seen += counts[bin];
    ++bin;
  }
  return clipped(distribution.extremes(), static_cast<double>(bin) * distribution.width());
}

}  // namespace caloquant
