#pragma once

#include <caloquant/tuning.hpp>
#include <string>
#include <vector>

#include "quantizer/tune/loop.hpp"

namespace caloquant {

/// One layer of the final plan.
struct LayerReport {
  std::string name;
  std::string op;
  Precision precision = Precision::fp32;
  std::string reason;  ///< why it is fp32; empty for a quantized layer
};

/// Every layer of the space in topological order, those that are not counted included, with its
/// precision in the best trial. Every fp32 layer has a reason: that of the space, or the step at
/// which it fell back. Without a best trial all layers are fp32.
[[nodiscard]] std::vector<LayerReport> report_layers(const TuningSpace& space,
                                                     const TuneResult& result);

}  // namespace caloquant
