#pragma once

#include <span>
#include <string>
#include <vector>

namespace caloquant {

/// Mean total energy of a model over that of its reference, for the events of one energy bin.
struct EnergyResponse {
  std::string bin;              ///< "100 GeV"
  double ratio = 1.0;           ///< NaN where the reference has no energy
  double standard_error = 0.0;  ///< of the ratio, from the spread of the paired events
  std::size_t events = 0;
};

/// By bins of the primary energy [GeV] (metrics/physics/energy_bins.hpp), for paired events:
/// `model` and `reference` hold the total energy [GeV] of the same events.
[[nodiscard]] std::vector<EnergyResponse> energy_response(std::span<const double> model,
                                                          std::span<const double> reference,
                                                          std::span<const double> primaries);

/// The same of all events in one, "all energies".
[[nodiscard]] EnergyResponse total_response(std::span<const double> model,
                                            std::span<const double> reference);

}  // namespace caloquant
