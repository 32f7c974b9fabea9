#pragma once

#include <caloquant/tuning.hpp>
#include <string>
#include <vector>

#include "quantizer/search/tune/layer_report.hpp"

namespace caloquant {

/// The Dense layers whose fp32 means 8-bit weights (precision w8, recipe dense_weights_int8): those
/// that are not counted, and with `searched_too` (a strategy that knows no w8) those that may fall
/// back. None that a rule keeps at fp32, and none where w8 is excluded.
[[nodiscard]] std::vector<std::string> weight_only_dense_layers(const TuningSpace& space,
                                                                const SpaceRules& rules,
                                                                bool searched_too);

/// `config` with w8 for those of the layers that have fp32 in it.
[[nodiscard]] TuningConfig with_weight_only_dense(TuningConfig config,
                                                  const std::vector<std::string>& layers);

/// Says so in the report of a plan.
void report_weight_only_dense(std::vector<LayerReport>& reports,
                              const std::vector<std::string>& layers);

}  // namespace caloquant
