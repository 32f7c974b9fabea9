#include "quantizer/showers/primaries.hpp"

#include <algorithm>
#include <caloquant/error.hpp>
#include <sstream>

#include "quantizer/showers/generate.hpp"

namespace caloquant {
namespace {

/// Far around what any generator was trained on, and safely inside f32. Along the beam there is no
/// barrel calorimeter, and readers want angles inside (0, pi).
constexpr PrimaryLimits generated{1e-3, 1e6, 1.0, 179.0};

/// "60:120"; "100" where both are the same.
std::string short_range(double low, double high) {
  std::ostringstream text;
  text << low;
  if (low != high) {
    text << ':' << high;
  }
  return text.str();
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
  check_ranges(primaries, generated);
  if (encoding == InputEncoding::energy_times_noise &&
      (primaries.theta_low_deg != 90.0 || primaries.theta_high_deg != 90.0)) {
    throw UsageError(
        "--theta",
        "encoding energy_times_noise does not tell the network the angle: its showers "
        "are at 90 degrees",
        "leave it out, or use --encoding energy_angle_noise for a network that takes it");
  }
}

std::vector<std::string> beyond_training(const Primaries& primaries, InputEncoding encoding) {
  check(primaries, encoding);
  const GenerateOptions trained = default_generate_options(encoding);
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
                         short_range(least, most) + " " + unit + ", which networks of encoding " +
                         std::string(name_of(encoding)) +
                         " are trained on: showers outside are extrapolated");
    }
  };
  look("energy", "GeV", lowest, highest, trained.energy_low, trained.energy_high);
  look("theta", "degrees", primaries.theta_low_deg, primaries.theta_high_deg, trained.theta_low_deg,
       trained.theta_high_deg);
  return warnings;
}

EventLabel draw_primary(const Primaries& primaries, std::int64_t event) {
  const PrimaryElectron electron = draw_electron(primaries, event);
  return {.energy = static_cast<double>(electron.energy),
          .theta = static_cast<double>(electron.theta)};
}

}  // namespace caloquant
