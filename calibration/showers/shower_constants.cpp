#include "calibration/showers/shower_constants.hpp"

#include <cmath>

namespace caloquant::showers {
namespace {

// From 668 showers of tools/examples/geant4 (2 to 500 GeV, 60 to 120 degrees), by its validate.py.
constexpr ShowerConstants geant4{.maximum = {1.006, 0.013},
                                 .alpha = {1.02, 0.02},
                                 .tail = {1.04, -0.015},
                                 .response = {1.018, -0.01}};

}  // namespace

double EnergyFactor::at(double energy) const {
  return at_100_gev + slope * std::log(energy / 100.0);
}

ShowerConstants ShowerConstants::of(ShowerTuning tuning) {
  return tuning == ShowerTuning::geant4 ? geant4 : ShowerConstants{};
}

}  // namespace caloquant::showers
