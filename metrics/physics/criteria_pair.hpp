#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "metrics/physics/criteria_sample.hpp"
#include "metrics/physics/energy_bins.hpp"

namespace caloquant {

/// The fewest slices of an axis that together hold a share of its energy, in their order;
/// `energies` by slice.
[[nodiscard]] std::vector<std::size_t> slices_holding(std::span<const double> energies,
                                                      double share);
/// That of the profiles that are judged.
inline constexpr double judged_share = 0.95;

/// How far a quantity of a model is from that of its reference, in each of its parts.
struct Deviation {
  struct Part {
    std::string where;     ///< "2-104 GeV", "slice 12"; empty for the only one
    double value = 0.0;    ///< 0 for equal models
    double error = 0.0;    ///< standard error; NaN where it is not known
    double freedom = 1.0;  ///< degrees of freedom of the error
  };
  std::string name;
  std::vector<Part> parts;
};

/// The showers of a model and of its reference for the same primaries and noise, the first `events`
/// of both samples. What the events share cancels in every error.
class CriteriaPair {
 public:
  /// All must outlive it. `energies` [GeV] and `thetas` [rad] of the primaries, at least `events`.
  CriteriaPair(const CriteriaSample& model, const CriteriaSample& reference, std::size_t events,
               std::span<const double> energies, std::span<const double> thetas,
               std::span<const EnergyBin> bins);

  /// Of both samples. They count as 0 in all that follows.
  [[nodiscard]] std::uint64_t cells_not_finite() const {
    return model_.cells_not_finite() + reference_.cells_not_finite();
  }
  /// Mean total energy over that of the reference, less 1, by bin of the primary energy; error of a
  /// ratio of paired sums (Cochran, Sampling Techniques, eq. 6.4), ratio_of_means(). NaN where the
  /// reference has no energy: a dead model is no yardstick.
  [[nodiscard]] Deviation energy_response() const;
  /// The same of the slices of x, y and z: the fewest that hold `share` of the reference's energy.
  [[nodiscard]] std::vector<Deviation> profile_errors(double share = judged_share) const;
  /// The same of the mean number of hits.
  [[nodiscard]] Deviation hits() const;
  /// Spread of the total energy over its mean (by bin of the primary energy) over that of the
  /// reference, less 1; jackknife.
  [[nodiscard]] Deviation resolution() const;
  /// Difference of the mean shares of the energy in each third of the layers.
  [[nodiscard]] Deviation layer_ratios() const;
  /// Wasserstein-1 of the total energies over the mean of the reference; jackknife.
  [[nodiscard]] Deviation w1_energy() const;
  /// Frechet physics distance of the small feature set (frechet_distance.hpp); without a part where
  /// there are too few events.
  [[nodiscard]] Deviation frechet(std::uint64_t seed) const;

 private:
  template <typename Value>
  [[nodiscard]] Deviation::Part ratio(std::string where, Value&& value,
                                      const EnergyBin* bin = nullptr) const;
  [[nodiscard]] std::vector<double> totals(const CriteriaSample& sample,
                                           const EnergyBin* bin = nullptr) const;

  const CriteriaSample& model_;
  const CriteriaSample& reference_;
  std::size_t events_;
  std::span<const double> energies_;
  std::span<const double> thetas_;
  std::span<const EnergyBin> bins_;
};

}  // namespace caloquant
