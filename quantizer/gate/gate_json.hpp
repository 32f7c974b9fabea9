#pragma once

#include <string>

#include "quantizer/gate/gate_result.hpp"

namespace caloquant {

/// One JSON object: verdict, criteria with value, error, limit and the value from which on they
/// fail, notes, provenance.
[[nodiscard]] std::string gate_json(const GateResult& result);

}  // namespace caloquant
