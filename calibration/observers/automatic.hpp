#pragma once

#include <string>
#include <vector>

#include "calibration/observers/kl.hpp"
#include "calibration/observers/local_error.hpp"
#include "calibration/observers/moving_average.hpp"
#include "calibration/observers/observer.hpp"
#include "calibration/observers/value_distribution.hpp"

namespace caloquant {

/// What one of the other algorithms gives, and what its code costs on the values seen.
struct RangeCandidate {
  RangeAlgorithm algorithm{};
  Range range;
  LocalError error;
};

/// Takes the range of the algorithm whose integer code has the smallest LocalError::total() on the
/// observed distribution; of equal ones the first in all_range_algorithms(). All candidates come
/// from one stream of the values: the extremes, one histogram, KL's and the moving average.
///
/// The error is that of the events which gave the ranges: head-room, which pays on other events
/// only, hardly ever wins. The choice is local; what it does to the showers says an evaluation.
class AutomaticObserver final : public Observer {
 public:
  AutomaticObserver(const std::string& tensor, const ObserverOptions& options);

  [[nodiscard]] Range range() const override;
  [[nodiscard]] RangeAlgorithm algorithm() const noexcept override {
    return RangeAlgorithm::automatic;
  }
  /// One of every other algorithm, in their order; each range is the one of its own observer.
  [[nodiscard]] std::vector<RangeCandidate> candidates() const;

 private:
  void take(std::span<const float> values, std::size_t events, const Extremes& extremes) override;
  [[nodiscard]] Range range_of(RangeAlgorithm algorithm) const;

  ObserverOptions options_;
  ValueDistribution distribution_;
  KlObserver kl_;
  MovingAverageObserver moving_average_;
};

/// The candidate with the smallest error; the first of equals. At least one is given.
[[nodiscard]] const RangeCandidate& best_candidate(const std::vector<RangeCandidate>& candidates);

}  // namespace caloquant
