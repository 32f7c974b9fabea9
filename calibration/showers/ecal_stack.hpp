#pragma once

#include <array>
#include <cstddef>

namespace caloquant::showers {

/// One sampling layer along the depth of the calorimeter; lengths at normal incidence.
struct EcalLayer {
  double begin = 0.0;             ///< where it starts [X0]
  double end = 0.0;               ///< where it ends [X0]
  double silicon = 0.0;           ///< centre of its silicon, from the front face [mm]
  double visible_share = 0.0;     ///< of a minimum ionising particle's energy: in the silicon
  double variance_per_gev = 0.0;  ///< of the sampling fluctuation [GeV]: c^2 of sigma/E = c/sqrt(E)
};

/// The silicon-tungsten ECAL CLIC_o2_v01 (Geant4 geometry description k4geo, ECalBarrel): 17 layers
/// with 2.4 mm and 8 with 4.8 mm of tungsten, cells of 5.1 x 5.1 mm. The medium of a shower is the
/// mixture of the thin layers.
struct EcalStack {
  static constexpr std::size_t layer_count = 25;
  static constexpr double pitch = 5.1;  ///< cell size [mm]

  std::array<EcalLayer, layer_count> layers;
  double atomic_number = 0.0;       ///< effective Z
  double critical_energy = 0.0;     ///< E_c [MeV]
  double radiation_length = 0.0;    ///< X0 [mm]
  double moliere_radius = 0.0;      ///< R_M [mm]
  double sampling_frequency = 0.0;  ///< F_S = X0 / period of the layers
  double e_over_mip = 0.0;          ///< response to electrons over that to minimum ionising ones

  [[nodiscard]] static EcalStack clic_o2();
};

}  // namespace caloquant::showers
