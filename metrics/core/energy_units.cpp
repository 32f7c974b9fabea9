#include "metrics/core/energy_units.hpp"

#include <cmath>

#include "ops/core/check.hpp"

namespace caloquant {

EnergyUnits units_of_loss(LossUnits units, EnergyUnits network) {
  switch (units) {
    case LossUnits::gev:
      return {.scale = 1.0, .power = 1.0};
    case LossUnits::file:
      return {.scale = network.scale, .power = 1.0};
    case LossUnits::network:
      break;
  }
  return network;
}

double CellConversion::operator()(double value) const {
  const double magnitude = linear() ? std::abs(value) : std::pow(std::abs(value), exponent);
  return std::copysign(factor * magnitude, value);
}

CellConversion convert_cells(EnergyUnits from, EnergyUnits to) {
  CALOQUANT_EXPECT(from.scale > 0.0 && from.power > 0.0 && to.scale > 0.0 && to.power > 0.0);
  // (to.scale * value^(1 / from.power) / from.scale)^to.power
  const bool same_power = from.power == to.power;
  return {.factor = std::pow(to.scale / from.scale, to.power),
          .exponent = same_power ? 1.0 : to.power / from.power};
}

}  // namespace caloquant
