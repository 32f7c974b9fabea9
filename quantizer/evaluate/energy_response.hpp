#pragma once

#include <caloquant/quality.hpp>
#include <span>
#include <vector>

namespace caloquant {

/// By bins of the primary energy [GeV] (metrics/physics/energy_bins.hpp), for paired events:
/// `model` and `reference` hold the total energy [GeV] of the same events.
[[nodiscard]] std::vector<EnergyResponse> energy_response(std::span<const double> model,
                                                          std::span<const double> reference,
                                                          std::span<const double> primaries);

/// The same of all events in one, "all energies".
[[nodiscard]] EnergyResponse total_response(std::span<const double> model,
                                            std::span<const double> reference);

}  // namespace caloquant
