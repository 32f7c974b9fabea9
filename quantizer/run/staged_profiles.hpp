#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "metrics/shower_profiles.hpp"

namespace caloquant {

/// The profiles of a sample, and of its first events alone: what can be said before all are seen.
class StagedProfiles {
 public:
  /// `stages`: numbers of first events, each below spec.events.
  StagedProfiles(const ShowerProfiles::Spec& spec, const std::vector<std::size_t>& stages)
      : whole_(spec) {
    for (const std::size_t events : stages) {
      ShowerProfiles::Spec part = spec;
      part.events = events;
      parts_.emplace_back(part);
    }
  }

  /// As ShowerProfiles::add().
  void add(std::size_t first_event, std::span<const float> images, int threads) {
    const auto& extents = whole_.spec().extents;
    const std::size_t cells = extents[0] * extents[1] * extents[2];
    whole_.add(first_event, images, threads);
    for (ShowerProfiles& part : parts_) {
      if (first_event < part.spec().events) {
        const std::size_t room = (part.spec().events - first_event) * cells;
        part.add(first_event, images.first(std::min(images.size(), room)), threads);
      }
    }
  }

  [[nodiscard]] const ShowerProfiles& whole() const { return whole_; }
  [[nodiscard]] const ShowerProfiles& stage(std::size_t index) const { return parts_[index]; }

 private:
  ShowerProfiles whole_;
  std::vector<ShowerProfiles> parts_;
};

}  // namespace caloquant
