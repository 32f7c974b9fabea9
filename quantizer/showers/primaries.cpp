#include "quantizer/showers/primaries.hpp"

#include <caloquant/error.hpp>

namespace caloquant {
namespace {

/// Far around what any generator was trained on, and safely inside f32. Along the beam there is no
/// barrel calorimeter, and readers want angles inside (0, pi).
constexpr PrimaryLimits generated{1e-3, 1e6, 1.0, 179.0};

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
  check_ranges(primaries, generated);
  if (recipe == InputEncoding::energy_times_noise &&
      (primaries.theta_low_deg != 90.0 || primaries.theta_high_deg != 90.0)) {
    throw UsageError(
        "--theta",
        "recipe energy_times_noise does not tell the network the angle: its showers "
        "are at 90 degrees",
        "leave it out, or use --recipe energy_angle_noise for a network that takes it");
  }
}

EventLabel draw_primary(const Primaries& primaries, std::int64_t event) {
  const PrimaryElectron electron = draw_electron(primaries, event);
  return {.energy = static_cast<double>(electron.energy),
          .theta = static_cast<double>(electron.theta)};
}

}  // namespace caloquant
