#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "calibration/collect/sweep.hpp"
#include "metrics/core/energy_units.hpp"
#include "metrics/physics/energy_bins.hpp"
#include "metrics/shower/slice_sums.hpp"

namespace caloquant {

/// What a fit compares of showers: the total energy in each bin of the primary energy, the energy
/// of every slice and the number of hits.
class FitObservables {
 public:
  struct Spec {
    std::vector<double> primaries;  ///< [GeV], one for every event
    ImageExtents extents{};
    CellConversion to_gev{};
    double hit_threshold = 0.0;  ///< [GeV]
  };
  explicit FitObservables(Spec spec);

  [[nodiscard]] std::size_t count() const { return bins_.size() + slices() + 1; }
  [[nodiscard]] std::size_t slices() const { return slice_count(spec_.extents); }
  [[nodiscard]] std::span<const EnergyBin> bins() const { return bins_; }
  [[nodiscard]] const Spec& spec() const { return spec_; }
  [[nodiscard]] std::size_t events() const { return spec_.primaries.size(); }

  /// Of one event: `values` [count()] is 0 but for its bin, its slices and the hits. Cells that are
  /// not finite count as 0.
  void look_at(std::size_t event, std::span<const float> image, std::span<double> values) const;

 private:
  Spec spec_;
  std::vector<EnergyBin> bins_;
};

/// Events are dealt out to folds by their number: event i to fold i % fit_folds. What is fitted on
/// all folds but one is tried on that one.
inline constexpr std::size_t fit_folds = 4;

/// What was seen of one network.
struct Observed {
  std::vector<double> sums;    ///< [fit_folds, count()]
  std::vector<double> totals;  ///< [GeV] by event
};

/// All networks in one sweep with the default kernels; what they have in common is computed once.
/// The results depend neither on the batch nor on threads.
[[nodiscard]] std::vector<Observed> observe(const std::vector<Graph>& graphs,
                                            const FitObservables& observables,
                                            const InputFiller& fill, const SweepOptions& options);

}  // namespace caloquant
