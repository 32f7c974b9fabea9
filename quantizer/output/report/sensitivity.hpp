#pragma once

#include <vector>

#include "graph/json/json_fwd.hpp"

namespace caloquant {

/// What the steps of a run (lines of steps.jsonl) tell of single layers; null when nothing.
///  {"kind": "alone", "rows": [...]}: trials in which one layer alone was below fp32: layer,
///    precision, loss, standard_error, step.
///  {"kind": "put_back", "base": step, "rows": [...]}: trials that differ from the trial `base` in
///    the precision of one layer only, for the base with the most of them: also loss_before.
/// The kind that knows more layers, of equal ones "alone". Failed trials count for nothing.
[[nodiscard]] Json layer_sensitivity(const std::vector<Json>& steps);

}  // namespace caloquant
