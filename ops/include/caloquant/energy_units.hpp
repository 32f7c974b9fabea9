#pragma once

#pragma GCC visibility push(default)
namespace caloquant {

/// How a stored value encodes the energy of a cell: value = (scale * GeV)^power, so
/// GeV = value^(1 / power) / scale. Files of 3DGAN: scale 50, power 1; outputs of the AngleGAN
/// network: scale 50, power 0.85.
struct EnergyUnits {
  double scale = 1.0;  ///< > 0
  double power = 1.0;  ///< > 0
  friend bool operator==(const EnergyUnits&, const EnergyUnits&) = default;
};

}  // namespace caloquant
#pragma GCC visibility pop
