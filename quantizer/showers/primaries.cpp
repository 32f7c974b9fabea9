#include "quantizer/showers/primaries.hpp"

#include <caloquant/error.hpp>
#include <numbers>

#include "ops/core/philox.hpp"

namespace caloquant {
namespace {

// Far around what any generator was trained on, and safely inside f32.
constexpr double lowest_energy = 1e-3;
constexpr double highest_energy = 1e6;
// Along the beam there is no barrel calorimeter, and readers want angles inside (0, pi).
constexpr double lowest_angle = 1.0;
constexpr double highest_angle = 179.0;

std::string between(double low, double high) {
  return std::to_string(low) + ":" + std::to_string(high);
}

/// Negated comparisons, so that NaN fails too.
void check_range(const char* option, const char* unit, double low, double high, double lowest,
                 double highest) {
  if (!(low <= high)) {
    throw UsageError(option, "the range " + between(low, high) + " is empty",
                     "write LOW:HIGH with LOW <= HIGH");
  }
  if (!(low >= lowest && high <= highest)) {
    throw UsageError(option, "the range " + between(low, high) + " is out of bounds",
                     "stay within " + between(lowest, highest) + " " + unit);
  }
}

}  // namespace

void check_number(const std::string& option, std::int64_t value, std::int64_t lowest,
                  std::int64_t highest) {
  if (value < lowest || value > highest) {
    throw UsageError(
        option, std::to_string(value) + " is out of bounds",
        "give a number from " + std::to_string(lowest) + " to " + std::to_string(highest));
  }
}

void check(const Primaries& primaries, InputEncoding encoding) {
  check_range("--energy", "GeV", primaries.energy_low, primaries.energy_high, lowest_energy,
              highest_energy);
  for (const double energy : primaries.energies) {
    check_range("--energy", "GeV", energy, energy, lowest_energy, highest_energy);
  }
  check_range("--theta", "degrees", primaries.theta_low_deg, primaries.theta_high_deg, lowest_angle,
              highest_angle);
  if (encoding == InputEncoding::energy_times_noise &&
      (primaries.theta_low_deg != 90.0 || primaries.theta_high_deg != 90.0)) {
    throw UsageError(
        "--theta",
        "encoding energy_times_noise does not tell the network the angle: its showers "
        "are at 90 degrees",
        "leave it out, or use --encoding energy_angle_noise for a network that takes it");
  }
}

EventLabel draw_primary(const Primaries& primaries, std::int64_t event) {
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
  return {.energy = static_cast<double>(energy), .theta = static_cast<double>(theta)};
}

}  // namespace caloquant
