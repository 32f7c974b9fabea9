#include "calibration/observers/automatic.hpp"

#include <algorithm>

#include "ops/core/check.hpp"

namespace caloquant {

AutomaticObserver::AutomaticObserver(const std::string& tensor, const ObserverOptions& options)
    : Observer(tensor), code_(options.code) {
  CALOQUANT_EXPECT(code_ != nullptr);
  for (const RangeAlgorithm other : all_range_algorithms()) {
    if (other != RangeAlgorithm::automatic) {
      others_.push_back(make_observer(other, tensor, options));
    }
  }
}

void AutomaticObserver::take(std::span<const float> values, std::size_t events,
                             const Extremes& extremes) {
  distribution_.add(values, extremes);
  for (const auto& other : others_) {
    if (other->sees_values()) {
      other->observe(values, events);
    }
  }
}

Range AutomaticObserver::range() const {
  return best_candidate(candidates()).range;
}

ObserverFindings AutomaticObserver::findings() const {
  ObserverFindings all{{}, candidates()};
  for (const RangeCandidate& candidate : all.candidates) {
    all.ranges[candidate.algorithm] = candidate.range;
  }
  all.ranges[algorithm()] = best_candidate(all.candidates).range;
  return all;
}

std::vector<RangeCandidate> AutomaticObserver::candidates() const {
  std::vector<RangeCandidate> all;
  for (const auto& other : others_) {
    const Range range = other->sees_values() ? other->range() : other->range_of(distribution_);
    all.push_back({other->algorithm(), range, local_error(distribution_, code_(range))});
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
