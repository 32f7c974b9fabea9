#pragma once

#include <array>
#include <caloquant/config.hpp>
#include <caloquant/quality.hpp>
#include <cstdint>
#include <vector>

#include "metrics/physics/criteria_sample.hpp"
#include "metrics/physics/energy_bins.hpp"
#include "quantizer/evaluate/judge.hpp"
#include "quantizer/evaluate/latent_source.hpp"

namespace caloquant {

/// Judges showers by the physics criteria of a config: the fp32 model's showers, to which those of
/// any model are compared, and the bins of the primary energy, which are the same for all.
class PhysicsJudge {
 public:
  /// `source` must outlive it. `fp32`: its output units.
  PhysicsJudge(const RunConfig& config, const LatentSource& source, EnergyUnits fp32);

  /// An empty sample of a model with these output units.
  [[nodiscard]] CriteriaSample sample_of(EnergyUnits units) const;
  /// Of the fp32 model, to be filled in step with all samples.
  [[nodiscard]] CriteriaSample& reference(EventUse use) {
    return references_[static_cast<std::size_t>(use)];
  }
  /// Learns of so many events of a use.
  void know_labels(EventUse use, std::size_t events);

  /// Criteria of the first `events`.
  [[nodiscard]] std::vector<Measure> measures(const CriteriaSample& model, std::size_t events,
                                              EventUse use, const Look& look) const;
  /// Energy response by bin, and totals by event.
  void describe(const CriteriaSample& model, std::size_t events, EventUse use,
                ModelQuality& quality) const;
  /// Of two models on the first events of the search; all energies first.
  [[nodiscard]] std::vector<EnergyResponse> response_between(
      const std::vector<double>& model, const std::vector<double>& reference) const;

 private:
  struct Labels {
    std::vector<double> energies;  ///< [GeV]
    std::vector<double> thetas;    ///< [rad]
  };
  [[nodiscard]] CriteriaPair pair(const CriteriaSample& model, std::size_t events,
                                  EventUse use) const;

  PhysicsCriteria limits_;
  std::uint64_t seed_;
  const LatentSource& source_;
  ImageExtents extents_{};
  std::vector<EnergyBin> bins_;
  std::vector<CriteriaSample> references_;  ///< by EventUse
  std::array<Labels, 2> labels_;            ///< by EventUse
};

}  // namespace caloquant
