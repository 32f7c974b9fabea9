#pragma once

#include <caloquant/config.hpp>
#include <optional>
#include <span>
#include <vector>

#include "quantizer/evaluate/energy_response.hpp"
#include "quantizer/gate/gate_result.hpp"

namespace caloquant {

/// Total energy against fp32 in every bin, where the config limits it. Not decided yet, as all
/// here.
[[nodiscard]] std::vector<Criterion> response_criteria(std::span<const EnergyResponse> response,
                                                       const AccuracyCriterion& accuracy);

/// Total energy against the baseline model's on the same events, of all events and in every bin.
[[nodiscard]] std::vector<Criterion> drift_criteria(std::span<const EnergyResponse> response,
                                                    double max_drift);

/// The same without the baseline model: the differences of its recorded response from the model's,
/// both against fp32, averaged over bins with the weights 1 / variance. None where the bins are
/// others, which means other events, or where an error is 0 or none.
[[nodiscard]] std::optional<Criterion> recorded_drift(std::span<const EnergyResponse> response,
                                                      std::span<const EnergyResponse> recorded,
                                                      double max_drift);

}  // namespace caloquant
