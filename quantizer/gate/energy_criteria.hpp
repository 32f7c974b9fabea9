#pragma once

#include <optional>
#include <span>
#include <vector>

#include "quantizer/evaluate/energy_response.hpp"
#include "quantizer/evaluate/judge.hpp"
#include "quantizer/gate/gate_result.hpp"

namespace caloquant {

/// Total energy against the baseline model's on the same events, of all events and in every bin,
/// with bounds, not decided yet, as all here. All of them share the look's chance of a failure.
[[nodiscard]] std::vector<Criterion> drift_criteria(std::span<const EnergyResponse> response,
                                                    double max_drift, const Look& look);

/// The same without the baseline model: the differences of its recorded response from the model's,
/// both against fp32, averaged over bins with the weights 1 / variance. Exactly 0 where all bins
/// are equal to the last digit. None where the bins are others, which means other events, or where
/// an error is 0 or none.
[[nodiscard]] std::optional<Criterion> recorded_drift(std::span<const EnergyResponse> response,
                                                      std::span<const EnergyResponse> recorded,
                                                      double max_drift, const Look& look);

}  // namespace caloquant
