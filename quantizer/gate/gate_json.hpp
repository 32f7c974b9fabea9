#pragma once

#include <string>

#include "quantizer/gate/gate_result.hpp"

namespace caloquant {

/// One JSON object: outcome and verdict in words, criteria with value, error, bounds, limit and
/// verdict, notes, provenance.
[[nodiscard]] std::string gate_json(const GateResult& result);

}  // namespace caloquant
