#pragma once

#include <caloquant/measure.hpp>

#include "graph/json/json.hpp"

namespace caloquant {

/// {"name", "value", "standard_error", "lower", "upper", "limit", "verdict"}; null for what is not
/// known.
[[nodiscard]] Json measure_json(const Measure& measure);

}  // namespace caloquant
