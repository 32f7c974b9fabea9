#pragma once

#include <caloquant/strategy.hpp>
#include <string_view>

namespace caloquant {

/// What a layer costs at a precision. Throws ConfigError when the table does not say.
[[nodiscard]] LayerCost cost_of(std::string_view layer, Precision precision,
                                const CostTable& costs);
/// Sum over the layers of a configuration, in their order. Throws ConfigError when the table lacks
/// one of them.
[[nodiscard]] LayerCost cost_of(const TuningConfig& config, const CostTable& costs);
/// What an objective makes small: milliseconds, of equal ones the fewer bytes; bytes for
/// `smallest`.
[[nodiscard]] double amount(const LayerCost& cost, Objective objective);
/// Are two sums of costs the same, but for rounding?
[[nodiscard]] bool same_cost(double left, double right);

/// What stands in for measured times where there are none: all layers equal, in units of an int8
/// layer. Only the order of precisions means something: w8a16 multiplies twice, bf16 moves twice
/// the bytes of int8, w8 computes in floats.
[[nodiscard]] CostTable nominal_costs(const TuningSpace& space);

}  // namespace caloquant
