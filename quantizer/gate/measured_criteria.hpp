#pragma once

#include <caloquant/config.hpp>
#include <caloquant/quality.hpp>
#include <vector>

#include "quantizer/gate/gate_result.hpp"

namespace caloquant {

/// What a model was judged by as criteria of the gate: values, errors, bounds, limits and verdicts
/// of its measures. A metric where higher is better appears as such, with `target` as its limit.
[[nodiscard]] std::vector<Criterion> criteria_of(const ModelQuality& quality,
                                                 const AccuracyCriterion& accuracy, double target);

}  // namespace caloquant
