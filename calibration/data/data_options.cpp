#include "calibration/data/data_options.hpp"

namespace caloquant {

std::string_view name_of(DataLayout layout) noexcept {
  return layout == DataLayout::variable_angle ? "variable_angle" : "fixed_angle";
}

std::optional<DataLayout> data_layout_from(std::string_view name) noexcept {
  for (const DataLayout layout : {DataLayout::variable_angle, DataLayout::fixed_angle}) {
    if (name == name_of(layout)) {
      return layout;
    }
  }
  return std::nullopt;
}

LayoutTraits traits_of(DataLayout layout) noexcept {
  if (layout == DataLayout::variable_angle) {
    return {.units_per_gev = 50.0F, .cell_threshold = 1e-4, .minimum_sum = 10.0};
  }
  return {.units_per_gev = 1.0F, .cell_threshold = 1e-6, .minimum_sum = 0.0};
}

}  // namespace caloquant
