#include "calibration/observers/automatic.hpp"

#include <algorithm>

#include "calibration/observers/aciq.hpp"
#include "calibration/observers/minmax_headroom.hpp"
#include "calibration/observers/mse.hpp"
#include "calibration/observers/percentile.hpp"
#include "ops/core/check.hpp"

namespace caloquant {

AutomaticObserver::AutomaticObserver(const std::string& tensor, const ObserverOptions& options)
    : Observer(tensor),
      options_(options),
      kl_(tensor),
      moving_average_(tensor, options.ranges.averaging_constant) {
  CALOQUANT_EXPECT(options_.code != nullptr);
}

void AutomaticObserver::take(std::span<const float> values, std::size_t events,
                             const Extremes& extremes) {
  distribution_.add(values, extremes);
  kl_.observe(values, events);
  moving_average_.observe(values, events);
}

Range AutomaticObserver::range() const {
  return best_candidate(candidates()).range;
}

Range AutomaticObserver::range_of(RangeAlgorithm algorithm) const {
  switch (algorithm) {
    case RangeAlgorithm::minmax:
      return distribution_.extremes();
    case RangeAlgorithm::minmax_headroom:
      return with_headroom(distribution_.extremes(), options_.ranges.headroom);
    case RangeAlgorithm::moving_average:
      return moving_average_.range();
    case RangeAlgorithm::percentile:
      return percentile_range(distribution_, options_.ranges.percentile);
    case RangeAlgorithm::mse:
      return mse_range(distribution_, options_.code);
    case RangeAlgorithm::kl:
      return kl_.range();
    case RangeAlgorithm::aciq:
      return aciq_range(distribution_, options_.ranges.aciq);
    case RangeAlgorithm::automatic:
      break;
  }
  CALOQUANT_EXPECT(false);  // no candidate of itself
  return {};
}

std::vector<RangeCandidate> AutomaticObserver::candidates() const {
  std::vector<RangeCandidate> all;
  for (const RangeAlgorithm algorithm : all_range_algorithms()) {
    if (algorithm != RangeAlgorithm::automatic) {
      const Range range = range_of(algorithm);
      all.push_back({algorithm, range, local_error(distribution_, options_.code(range))});
    }
  }
  return all;
}

const RangeCandidate& best_candidate(const std::vector<RangeCandidate>& candidates) {
  CALOQUANT_EXPECT(!candidates.empty());
  return *std::min_element(candidates.begin(), candidates.end(),
                           [](const RangeCandidate& left, const RangeCandidate& right) {
                             return left.error.total() < right.error.total();
                           });
}

}  // namespace caloquant
