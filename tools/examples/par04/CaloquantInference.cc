#include "CaloquantInference.hh"

#include <stdexcept>

namespace {
constexpr double MeV_per_GeV = 1000.0;
}

CaloquantInference::CaloquantInference(const caloquant::ShowerModel& model, std::uint64_t seed)
    : context_(model), seed_(seed) {}

void CaloquantInference::RunInference(const std::vector<double>& condition,
                                      std::vector<double>& energies, int size) {
  const auto cells = context_.generate(
      {condition.at(0) / MeV_per_GeV, condition.at(1), seed_, event_++});
  if (static_cast<std::size_t>(size) != cells.size()) {
    throw std::invalid_argument("the mesh of the detector has other cells than the network");
  }
  energies.resize(cells.size());  // allocates in the first event only
  for (std::size_t i = 0; i < cells.size(); ++i) {
    energies[i] = static_cast<double>(cells[i]) * MeV_per_GeV;
  }
}
