#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

namespace caloquant {

/// The two public data layouts of CERN's calorimeter showers.
enum class Detector {
  clic51,  ///< 51 x 51 x 25 cells, variable angle; ECAL in 50 x GeV
  clic25,  ///< 25 x 25 x 25 cells, 90 degrees; ECAL in GeV
};

[[nodiscard]] std::string_view name_of(Detector detector) noexcept;

/// What the constants of a parametrised shower come from.
enum class ShowerTuning {
  published,  ///< hep-ex/0001020 alone
  geant4,     ///< corrected to full simulation of the CLIC calorimeter (tools/examples/geant4)
};

[[nodiscard]] std::string_view name_of(ShowerTuning tuning) noexcept;

struct ShowerOptions {
  Detector detector = Detector::clic51;
  ShowerTuning tuning = ShowerTuning::published;
  std::int64_t events = 1000;
  std::uint64_t seed = 1;
  double energy_low = 2.0;       ///< primary energy, flat between the limits [GeV]
  double energy_high = 500.0;    ///< [GeV]
  std::vector<double> energies;  ///< instead of the range, taken in turn: event i has i mod n [GeV]
  double theta_low_deg = 60.0;   ///< angle to the beam, flat between the limits [degrees]
  double theta_high_deg = 120.0;  ///< [degrees]
  std::filesystem::path output;
  int threads = 0;  ///< 0: as many as OpenMP gives; the file does not depend on it
};

/// clic51: 2 to 500 GeV, 60 to 120 degrees. clic25: 100 to 500 GeV, 90 degrees.
[[nodiscard]] ShowerOptions default_shower_options(Detector detector);

/// Called after every block with the events done and their total; what it throws ends the run.
using ShowerProgress = std::function<void(std::int64_t done, std::int64_t total)>;

/// Writes parametrised electron showers to an HDF5 file of the public layout. They are
/// physics-shaped test data, NOT a Geant4 simulation, and the file's attribute "generator" says so.
///
/// clic51: ECAL [N, 51, 51, 25] f32 in 50 x GeV, energy [N] in GeV, theta [N] in rad, eta [N],
///         pdgID [N] (11), sum [N] = sum of ECAL.
/// clic25: ECAL [N, 25, 25, 25] f32 in GeV, target [N, 2] = (pdgID, energy in GeV).
///
/// Event i depends on (seed, i) only, so a longer file begins with the shorter one. Memory does not
/// grow with the number of events. The file appears when it is complete.
/// Throws UsageError naming the command-line option, BackendError when the file cannot be written.
void make_showers(const ShowerOptions& options, const ShowerProgress& progress = {});

}  // namespace caloquant
