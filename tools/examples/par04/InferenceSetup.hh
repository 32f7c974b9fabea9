#pragma once

#include <memory>

#include "CaloquantInference.hh"

/// What Par04InferenceSetup does: energies of the cells of the shower mesh, and where they are.
class InferenceSetup {
 public:
  InferenceSetup(const caloquant::ShowerModel& model, std::uint64_t seed);

  /// Electrons, positrons and photons in the range that the network was trained for.
  bool IfTrigger(double energy_MeV) const;
  void GetEnergies(std::vector<double>& energies, double energy_MeV, double angle);
  /// Positions [mm] of the cells with energy, for an electron that enters the front face (inward
  /// normal `normal`, beam along `beam`) at `position`; deposits[i] belongs to positions[i].
  void GetPositions(const std::vector<double>& energies, std::vector<Vector>& positions,
                    std::vector<double>& deposits, const Vector& position, const Vector& direction,
                    const Vector& normal, const Vector& beam);

 private:
  caloquant::ShowerModel model_;
  std::unique_ptr<InferenceInterface> inference_;
  caloquant::ShowerPlacement placement_;
  std::vector<float> cells_;
  std::vector<caloquant::ShowerHit> hits_;
};
