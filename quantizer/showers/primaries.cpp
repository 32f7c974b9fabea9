#include "quantizer/showers/primaries.hpp"

#include <algorithm>
#include <caloquant/error.hpp>
#include <numbers>
#include <sstream>

#include "ops/core/philox.hpp"
#include "quantizer/showers/generate.hpp"

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

/// "60:120"; "100" where both are the same.
std::string short_range(double low, double high) {
  std::ostringstream text;
  text << low;
  if (low != high) {
    text << ':' << high;
  }
  return text.str();
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

void check(const Primaries& primaries, InputEncoding recipe) {
  check_range("--energy", "GeV", primaries.energy_low, primaries.energy_high, lowest_energy,
              highest_energy);
  for (const double energy : primaries.energies) {
    check_range("--energy", "GeV", energy, energy, lowest_energy, highest_energy);
  }
  check_range("--theta", "degrees", primaries.theta_low_deg, primaries.theta_high_deg, lowest_angle,
              highest_angle);
  if (recipe == InputEncoding::energy_times_noise &&
      (primaries.theta_low_deg != 90.0 || primaries.theta_high_deg != 90.0)) {
    throw UsageError(
        "--theta",
        "recipe energy_times_noise does not tell the network the angle: its showers "
        "are at 90 degrees",
        "leave it out, or use --recipe energy_angle_noise for a network that takes it");
  }
}

std::vector<std::string> beyond_training(const Primaries& primaries, InputEncoding recipe) {
  check(primaries, recipe);
  const GenerateOptions trained = default_generate_options(recipe);
  double lowest = primaries.energy_low;
  double highest = primaries.energy_high;
  if (!primaries.energies.empty()) {
    const auto ends = std::ranges::minmax(primaries.energies);
    lowest = ends.min;
    highest = ends.max;
  }
  std::vector<std::string> warnings;
  const auto look = [&](const std::string& what, const std::string& unit, double low, double high,
                        double least, double most) {
    if (low < least || high > most) {
      warnings.push_back(what + " " + short_range(low, high) + " " + unit + " leaves " +
                         short_range(least, most) + " " + unit + ", which networks of recipe " +
                         std::string(name_of(recipe)) +
                         " are trained on: showers outside are extrapolated");
    }
  };
  look("energy", "GeV", lowest, highest, trained.energy_low, trained.energy_high);
  look("theta", "degrees", primaries.theta_low_deg, primaries.theta_high_deg, trained.theta_low_deg,
       trained.theta_high_deg);
  return warnings;
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
