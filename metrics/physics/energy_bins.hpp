#pragma once

#include <span>
#include <string>
#include <vector>

namespace caloquant {

/// Primary energies [low, high] in GeV.
struct EnergyBin {
  double low = 0.0;
  double high = 0.0;
  std::string name;  ///< "100 GeV", "102-188 GeV"

  [[nodiscard]] bool contains(double energy) const { return low <= energy && energy <= high; }
};

/// Bins for the primary energies [GeV] of two samples. 100, 200, 300, 400 and 500 GeV +- 5 GeV
/// where these hold at least half of all events (every bin with two events of each sample), or
/// where at least 50 events of each sample lie in one (every such bin); each holds at least 2 % of
/// the events of each sample. Otherwise up to five bins
/// with about equally many events of both samples together, at least ten; equal energies share a
/// bin. Empty only without events.
[[nodiscard]] std::vector<EnergyBin> energy_bins(std::span<const double> a,
                                                 std::span<const double> b);

}  // namespace caloquant
