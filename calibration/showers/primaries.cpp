#include "calibration/showers/primaries.hpp"

#include <caloquant/error.hpp>
#include <numbers>
#include <string>

#include "ops/core/philox.hpp"

namespace caloquant {
namespace {

std::string between(double low, double high) {
  return std::to_string(low) + ":" + std::to_string(high);
}

/// Negated comparisons, so that NaN fails too.
void check_within(const char* option, const char* unit, double low, double high, double lowest,
                  double highest, const char* beyond) {
  if (!(low <= high)) {
    throw UsageError(option, "the range " + between(low, high) + " is empty",
                     "write LOW:HIGH with LOW <= HIGH");
  }
  if (!(low >= lowest && high <= highest)) {
    throw UsageError(option, "the range " + between(low, high) + " " + beyond,
                     "stay within " + between(lowest, highest) + " " + unit);
  }
}

}  // namespace

void check_ranges(const Primaries& primaries, const PrimaryLimits& limits) {
  const auto check_energy = [&](double low, double high) {
    check_within("--energy", "GeV", low, high, limits.lowest_energy, limits.highest_energy,
                 limits.beyond);
  };
  check_energy(primaries.energy_low, primaries.energy_high);
  for (const double energy : primaries.energies) {
    check_energy(energy, energy);
  }
  check_within("--theta", "degrees", primaries.theta_low_deg, primaries.theta_high_deg,
               limits.lowest_angle, limits.highest_angle, limits.beyond);
}

PrimaryElectron draw_electron(const Primaries& primaries, std::int64_t event) {
  constexpr double radians = std::numbers::pi / 180.0;
  const auto flat = [&](std::uint32_t component, double low, double high) {
    const double u = philox::uniform(primaries.seed, static_cast<std::uint64_t>(event), component);
    return low + u * (high - low);
  };
  const std::vector<double>& fixed = primaries.energies;
  const double drawn = fixed.empty() ? flat(0, primaries.energy_low, primaries.energy_high)
                                     : fixed[static_cast<std::size_t>(event) % fixed.size()];
  const auto energy = static_cast<float>(drawn);
  const auto theta =
      static_cast<float>(radians * flat(1, primaries.theta_low_deg, primaries.theta_high_deg));
  return {.energy = energy, .theta = theta};
}

}  // namespace caloquant
