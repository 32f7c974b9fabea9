#pragma once

#include <cstdint>
#include <vector>

namespace caloquant {

/// Which primary electrons to draw.
struct Primaries {
  std::uint64_t seed = 1;
  double energy_low = 2.0;       ///< flat between the limits [GeV]
  double energy_high = 500.0;    ///< [GeV]
  std::vector<double> energies;  ///< instead of the range, taken in turn: event i has i mod n [GeV]
  double theta_low_deg = 60.0;   ///< flat between the limits [degrees]
  double theta_high_deg = 120.0;
};

/// What can be drawn, and how a message calls what cannot.
struct PrimaryLimits {
  double lowest_energy = 0.0;   ///< [GeV]
  double highest_energy = 0.0;  ///< [GeV]
  double lowest_angle = 0.0;    ///< [degrees]
  double highest_angle = 0.0;   ///< [degrees]
  const char* beyond = "is out of bounds";
};

/// Throws UsageError naming --energy or --theta when a range is empty or not within the limits.
void check_ranges(const Primaries& primaries, const PrimaryLimits& limits);

/// Rounded to f32 as in files, so that these tell exactly what was drawn.
struct PrimaryElectron {
  float energy;  ///< [GeV]
  float theta;   ///< to the beam [rad]
};

/// Of an event: energy and angle are philox::uniform(seed, event, 0) and (seed, event, 1) within
/// their ranges.
[[nodiscard]] PrimaryElectron draw_electron(const Primaries& primaries, std::int64_t event);

}  // namespace caloquant
