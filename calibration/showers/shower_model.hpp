#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "calibration/showers/ecal_stack.hpp"
#include "calibration/showers/shower_constants.hpp"

namespace caloquant::showers {

/// One deposit in the silicon of a layer, relative to the shower axis at the front face.
struct Spot {
  float x;       ///< across the beam [mm]
  float y;       ///< along the beam [mm]
  float energy;  ///< visible [GeV]
};

/// The spots of one shower, layer after layer. Reused from shower to shower.
struct SpotList {
  std::vector<Spot> spots;
  std::array<std::size_t, EcalStack::layer_count> ends{};  ///< one past the last spot of a layer
};

/// Parametrised electron showers (GFLASH): Grindhammer & Peters hep-ex/0001020. A physics-shaped
/// test bed, NOT a Geant4 simulation. Const after construction; shared by threads.
class ShowerModel {
 public:
  /// Images are transverse_cells x transverse_cells x 25, pitch 5.1 mm.
  explicit ShowerModel(std::int64_t transverse_cells, const ShowerConstants& constants = {})
      : cells_(transverse_cells), constants_(constants) {}

  /// Image [X, Y, Z] of one electron in GeV per cell (Y along the beam, Z the depth), a pure
  /// function of (seed, event, energy [GeV], theta [rad] to the beam). The window is centred in Y
  /// on the barycentre of the energy; the impact point is flat inside a cell; what falls outside is
  /// lost.
  void generate(std::uint64_t seed, std::uint64_t event, double energy, double theta,
                SpotList& scratch, std::span<float> image) const;

 private:
  std::int64_t cells_;
  ShowerConstants constants_;
  EcalStack stack_ = EcalStack::clic_o2();
};

}  // namespace caloquant::showers
