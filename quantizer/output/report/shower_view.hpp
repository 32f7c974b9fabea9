#pragma once

#include "graph/json/json_fwd.hpp"
#include "quantizer/showers/shower_samples.hpp"

namespace caloquant {

/// Of one event at most as many cells, those with the most energy.
inline constexpr std::size_t most_drawn_cells = 2500;

/// What the report draws of showers: profiles along x, y and z [GeV] and their ratios, sampling
/// fraction and resolution by primary energy, hits, cell energies, all with standard errors where
/// there are, and the cells of one event. A pair of lists is [values, standard errors].
[[nodiscard]] Json shower_view(const ShowerSamples& samples);

}  // namespace caloquant
