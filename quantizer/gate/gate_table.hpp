#pragma once

#include <span>
#include <string>

#include "quantizer/gate/gate_result.hpp"

namespace caloquant {

/// A line of titles, then one for each criterion: value, error, limit, verdict.
[[nodiscard]] std::string criteria_lines(std::span<const Criterion> criteria);

/// For a terminal: a line for each criterion, sentences on those that did not simply pass, notes,
/// and the verdict as the last line.
[[nodiscard]] std::string gate_table(const GateResult& result);

}  // namespace caloquant
