#pragma once

#include <string>
#include <vector>

#include "metrics/physics/energy_bins.hpp"
#include "metrics/physics/feature_rows.hpp"
#include "metrics/physics/report_row.hpp"
#include "metrics/physics/shower_sample.hpp"

namespace caloquant {

/// Two complete samples cut into bins of primary energy: what the rows of a report are made of.
class SamplePair {
 public:
  /// Both samples must outlive it.
  SamplePair(const ShowerSample& a, const ShowerSample& b, bool paired);

  [[nodiscard]] const ShowerSample& a() const noexcept { return a_; }
  [[nodiscard]] const ShowerSample& b() const noexcept { return b_; }
  [[nodiscard]] bool paired() const noexcept { return paired_; }
  [[nodiscard]] const std::vector<EnergyBin>& bins() const noexcept { return bins_; }

  /// One number per event of A and of B, as a single bin "all".
  [[nodiscard]] BinnedValues pooled(const std::vector<double>& a,
                                    const std::vector<double>& b) const;
  /// The same per bin of energy.
  [[nodiscard]] BinnedValues binned(const std::vector<double>& a,
                                    const std::vector<double>& b) const;
  [[nodiscard]] BinnedValues pooled(Feature feature) const;
  [[nodiscard]] BinnedValues binned(Feature feature) const;
  /// "all", then the bins of energy.
  [[nodiscard]] BinnedValues pooled_and_binned(Feature feature) const;

  /// Mean slice energies [GeV] of one axis (0, 1, 2) over all events, or all but those of a block.
  [[nodiscard]] static std::vector<double> mean_profile(const ShowerSample& sample,
                                                        std::size_t axis, MaybeBlock without = {});

  /// The small feature set of event_features.hpp, with |theta - pi/2| where angles vary; events
  /// with an undefined feature are left out (where paired, out of both).
  struct Features {
    std::vector<std::string> names;
    FeatureRows a;
    FeatureRows b;
    std::size_t dropped = 0;
  };
  [[nodiscard]] Features small_features() const;

 private:
  [[nodiscard]] std::vector<double> select(const ShowerSample& sample,
                                           const std::vector<double>& values,
                                           const EnergyBin& bin) const;

  const ShowerSample& a_;
  const ShowerSample& b_;
  bool paired_;
  std::vector<EnergyBin> bins_;
};

}  // namespace caloquant
