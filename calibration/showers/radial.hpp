#pragma once

#include "calibration/showers/ecal_stack.hpp"

namespace caloquant::showers {

/// f(r) = p 2 r R_C^2 / (r^2 + R_C^2)^2 + (1 - p) 2 r R_T^2 / (r^2 + R_T^2)^2: a core and a tail.
/// Radii in R_M.
struct RadialProfile {
  double core = 0.0;         ///< R_C
  double tail = 0.0;         ///< R_T >= R_C
  double core_weight = 0.0;  ///< p in [0, 1]
};

/// Average radial profile at shower age tau (1 at the maximum) in a sampling calorimeter; energy in
/// GeV. Grindhammer & Peters hep-ex/0001020, A.2.
[[nodiscard]] RadialProfile radial_profile(const EcalStack& stack, double energy, double tau);

}  // namespace caloquant::showers
