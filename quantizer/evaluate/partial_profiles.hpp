#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "metrics/core/energy_units.hpp"
#include "metrics/shower/shower_profiles.hpp"

namespace caloquant {

/// The profiles of a sample, and of its first events alone: what can be said before all are seen.
/// Where asked for, also the total energy of every event.
class PartialProfiles {
 public:
  /// `checkpoints`: numbers of first events, each below spec.events. `to_gev`: makes GeV of cells;
  /// none: no totals.
  PartialProfiles(const ShowerProfiles::Spec& spec, const std::vector<std::size_t>& checkpoints,
                  std::optional<CellConversion> to_gev = {})
      : whole_(spec), to_gev_(to_gev) {
    for (const std::size_t events : checkpoints) {
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
    if (to_gev_) {
      add_totals(images, cells, threads);
    }
    for (ShowerProfiles& part : parts_) {
      if (first_event < part.spec().events) {
        const std::size_t room = (part.spec().events - first_event) * cells;
        part.add(first_event, images.first(std::min(images.size(), room)), threads);
      }
    }
  }

  /// Total energy [GeV] by event; cells that are not finite count as 0, as in the profiles.
  [[nodiscard]] const std::vector<double>& totals() const { return totals_; }
  [[nodiscard]] const ShowerProfiles& whole() const { return whole_; }
  [[nodiscard]] const ShowerProfiles& checkpoint(std::size_t index) const { return parts_[index]; }

 private:
  void add_totals(std::span<const float> images, std::size_t cells, int threads);

  ShowerProfiles whole_;
  std::optional<CellConversion> to_gev_;
  std::vector<double> totals_;
  std::vector<ShowerProfiles> parts_;
};

}  // namespace caloquant
