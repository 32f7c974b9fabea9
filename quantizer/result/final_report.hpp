#pragma once

#include <caloquant/config.hpp>
#include <caloquant/shower_loss.hpp>
#include <memory>
#include <optional>

#include "quantizer/evaluate/shower_evaluator.hpp"
#include "quantizer/showers/compare.hpp"
#include "quantizer/showers/shower_samples.hpp"

namespace caloquant {

/// What is said of the final model beside the loss that was tuned.
struct FinalReport {
  CompareResult physics;  ///< the quantized model beside the fp32 one, same primaries and noise
  /// Against the showers of the data files, whose `noise` is what samples of this size differ by
  /// anyhow.
  ShowerLossResult fp32_and_data;
  ShowerLossResult quantized_and_data;
  std::shared_ptr<const ShowerSamples> samples;  ///< with report.html
};

/// Runs both networks over the first report.physics_events evaluation events. None where fewer than
/// two events are to be compared, and for what makes no showers. `given`: events in memory,
/// none where they have no images. Throws what compare() throws.
[[nodiscard]] std::optional<FinalReport> final_report(const RunConfig& config, const Graph& fp32,
                                                      const Graph& quantized,
                                                      const EngineOptions& engine = {},
                                                      const MemoryData& given = {},
                                                      const EventProgress& progress = {});

/// The two sides of such a comparison, with their names in the report.
[[nodiscard]] ComparedSide report_side(const char* name, const Graph& graph);

}  // namespace caloquant
