#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "metrics/shower/shower_profiles.hpp"

namespace caloquant {

/// Slice sums of every event of a sample that may go on: profiles of its first events, as many as
/// are wanted, have the bits of a sample of that size.
class ProfileRows {
 public:
  /// `spec.events` says nothing.
  explicit ProfileRows(const ShowerProfiles::Spec& spec) : spec_(spec) {}

  /// The next events: images [n, X, Y, Z].
  void add(std::span<const float> images, int threads);
  [[nodiscard]] std::size_t events() const noexcept { return not_finite_.size(); }
  /// Of the first `events` > 0.
  [[nodiscard]] ShowerProfiles first(std::size_t events) const;

 private:
  ShowerProfiles::Spec spec_;
  std::vector<double> sums_;     ///< [events, slices]
  std::vector<double> squares_;  ///< the same; empty for profiles of sums
  std::vector<std::size_t> not_finite_;
};

}  // namespace caloquant
