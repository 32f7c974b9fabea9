// The roles of Geant4's extended/parameterisations/Par04: a setup that knows where the shower goes,
// and an inference that knows how cells get their energy. Written without Geant4: Vector stands for
// G4ThreeVector, double for G4double.
#pragma once

#include <array>
#include <vector>

using Vector = std::array<double, 3>;

/// What Par04MLFastSimModel asks of a library for inference.
class InferenceInterface {
 public:
  virtual ~InferenceInterface() = default;
  /// Energies [MeV] of `size` cells for one primary: {energy [MeV], angle to the beam [rad]}.
  virtual void RunInference(const std::vector<double>& condition, std::vector<double>& energies,
                            int size) = 0;
};
