#pragma once

#include <caloquant/energy_units.hpp>
#include <caloquant/shower_loss.hpp>

namespace caloquant {

/// The encoding that a loss compares in, for a network with `network` outputs.
[[nodiscard]] EnergyUnits units_of_loss(LossUnits units, EnergyUnits network);

/// From one encoding to another: factor * value^exponent.
/// Negative cells (no detector has them, linear network outputs do) keep their sign:
/// -factor * |value|^exponent, which is monotone and exact for exponent 1.
struct CellConversion {
  double factor = 1.0;
  double exponent = 1.0;

  [[nodiscard]] bool linear() const noexcept { return exponent == 1.0; }
  [[nodiscard]] double operator()(double value) const;
};

/// The conversion between two encodings; linear when their powers are equal.
[[nodiscard]] CellConversion convert_cells(EnergyUnits from, EnergyUnits to);

}  // namespace caloquant
