#include "calibration/data/data_options.hpp"

#include <caloquant/error.hpp>
#include <cmath>
#include <numbers>

#include "ops/core/enums.hpp"

namespace caloquant {
namespace {

constexpr EnumNames<DataLayout> data_layout_names({{DataLayout::variable_angle, "variable_angle"},
                                                   {DataLayout::fixed_angle, "fixed_angle"}});

constexpr EnumNames<MissingEnergies> missing_energies_names(
    {{MissingEnergies::refuse, "refuse"}, {MissingEnergies::from_sum, "from_sum"}});

}  // namespace

std::string_view name_of(MissingEnergies treatment) noexcept {
  return missing_energies_names[treatment];
}

std::string_view name_of(DataLayout layout) noexcept {
  return data_layout_names[layout];
}

LayoutTraits traits_of(DataLayout layout) noexcept {
  if (layout == DataLayout::variable_angle) {
    return {.units_per_gev = 50.0F, .cell_threshold = 1e-4, .minimum_sum = 10.0};
  }
  return {.units_per_gev = 1.0F, .cell_threshold = 1e-6, .minimum_sum = 0.0};
}

void expect_label(const EventLabel& label, const std::string& energy_place,
                  const std::string& theta_place) {
  if (!std::isfinite(label.energy) || label.energy <= 0.0) {
    throw DataError(energy_place, "the energy is " + std::to_string(label.energy),
                    "a positive number of GeV is expected");
  }
  if (!(label.theta > 0.0 && label.theta < std::numbers::pi)) {
    throw DataError(theta_place, "the angle is " + std::to_string(label.theta),
                    "radians between 0 and pi are expected, not degrees");
  }
}

}  // namespace caloquant
