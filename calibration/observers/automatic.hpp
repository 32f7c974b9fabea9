#pragma once

#include <memory>
#include <string>
#include <vector>

#include "calibration/observers/observer.hpp"
#include "calibration/observers/value_distribution.hpp"

namespace caloquant {

/// Takes the range of the algorithm whose integer code has the smallest LocalError::total() on the
/// observed distribution; of equal ones the first in all_range_algorithms(). All candidates come
/// from one stream of the values: from one distribution, and from observers of their own where the
/// distribution is not enough.
///
/// The error is that of the events which gave the ranges: head-room, which pays on other events
/// only, hardly ever wins. The choice is local; what it does to the showers says an evaluation.
class AutomaticObserver final : public Observer {
 public:
  AutomaticObserver(const std::string& tensor, const ObserverOptions& options);

  [[nodiscard]] Range range() const override;
  [[nodiscard]] bool covers(RangeAlgorithm /*other*/) const override { return true; }
  [[nodiscard]] ObserverFindings findings() const override;
  [[nodiscard]] RangeAlgorithm algorithm() const noexcept override {
    return RangeAlgorithm::automatic;
  }
  /// One of every other algorithm, in their order; each range is the one of its own observer.
  [[nodiscard]] std::vector<RangeCandidate> candidates() const;

 private:
  void take(std::span<const float> values, std::size_t events, const Extremes& extremes) override;

  ActivationCode code_;
  ValueDistribution distribution_;
  std::vector<std::unique_ptr<Observer>> others_;  ///< in the order of all_range_algorithms()
};

/// The candidate with the smallest error; the first of equals. At least one is given.
[[nodiscard]] const RangeCandidate& best_candidate(const std::vector<RangeCandidate>& candidates);

}  // namespace caloquant
