#pragma once

#include <string>

#include "quantizer/gate/gate_result.hpp"

namespace caloquant {

/// For a terminal: a line for each criterion, sentences on those that did not simply pass, notes,
/// and the verdict as the last line.
[[nodiscard]] std::string gate_table(const GateResult& result);

}  // namespace caloquant
