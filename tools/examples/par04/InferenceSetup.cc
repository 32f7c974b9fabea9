#include "InferenceSetup.hh"

#include <algorithm>

InferenceSetup::InferenceSetup(const caloquant::ShowerModel& model, std::uint64_t seed)
    : model_(model),
      inference_(std::make_unique<CaloquantInference>(model, seed)),
      placement_(model, caloquant::CellGeometry::clic()),
      cells_(model.cell_count()),
      hits_(model.cell_count()) {}

bool InferenceSetup::IfTrigger(double energy_MeV) const {
  return energy_MeV >= 2e3 && energy_MeV <= 500e3;
}

void InferenceSetup::GetEnergies(std::vector<double>& energies, double energy_MeV, double angle) {
  inference_->RunInference({energy_MeV, angle}, energies, static_cast<int>(model_.cell_count()));
}

void InferenceSetup::GetPositions(const std::vector<double>& energies,
                                  std::vector<Vector>& positions, std::vector<double>& deposits,
                                  const Vector& position, const Vector& direction,
                                  const Vector& normal, const Vector& beam) {
  constexpr float threshold = 1e-3F;  // [MeV]; below it no cell of this detector counts
  std::transform(energies.begin(), energies.end(), cells_.begin(),
                 [](double energy) { return static_cast<float>(energy); });
  const auto frame = caloquant::ShowerFrame::at(position, normal, beam);
  const std::size_t count =
      placement_.place(cells_, frame.theta_of(direction), frame, threshold, hits_);
  positions.resize(count);
  deposits.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    positions[i] = hits_[i].position;
    deposits[i] = static_cast<double>(hits_[i].energy);
  }
}
