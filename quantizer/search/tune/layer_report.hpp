#pragma once

#include <caloquant/tune_result.hpp>
#include <caloquant/tuning.hpp>
#include <vector>

namespace caloquant {

/// Every layer of the space in topological order, those that are not counted included, with its
/// precision in the best trial. Every fp32 layer has a reason: that of the space, or the step at
/// which it fell back. Without a best trial all layers are fp32.
[[nodiscard]] std::vector<LayerReport> report_layers(const TuningSpace& space,
                                                     const TuneResult& result);

}  // namespace caloquant
