#pragma once

#include "calibration/showers/make_showers.hpp"

namespace caloquant::showers {

/// A factor on what hep-ex/0001020 gives.
struct EnergyFactor {
  double at_100_gev = 1.0;
  double slope = 0.0;  ///< per unit of ln E

  [[nodiscard]] double at(double energy) const;  ///< energy [GeV]
};

/// Corrections of the parametrisation to a calorimeter.
struct ShowerConstants {
  EnergyFactor maximum;   ///< of the mean depth of the maximum, T
  EnergyFactor alpha;     ///< of the mean shape parameter
  EnergyFactor tail;      ///< of the radius R_T
  EnergyFactor response;  ///< of the visible energy

  [[nodiscard]] static ShowerConstants of(ShowerTuning tuning);
};

}  // namespace caloquant::showers
