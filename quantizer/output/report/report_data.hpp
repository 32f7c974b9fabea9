#pragma once

#include <caloquant/config.hpp>
#include <memory>
#include <string>

#include "calibration/collect/sweep.hpp"
#include "graph/exec/engine.hpp"
#include "graph/ir/graph.hpp"
#include "quantizer/evaluate/event_progress.hpp"
#include "quantizer/showers/shower_samples.hpp"

namespace caloquant {

/// What a run has in hand at its end.
struct ReportSource {
  const RunConfig& config;
  const Graph& fp32;      ///< as it was read
  const Graph& prepared;  ///< the same, equalized where that is used: what `quantized` is made of
  const Graph& quantized;
  InputFiller fill;
  EventRange events;  ///< of the evaluation; a few of them are used
  EngineOptions engine;
  std::shared_ptr<const ShowerSamples> showers;  ///< null: no showers
};

/// What the report needs beyond result.json and steps.jsonl, measured (layers on a few events,
/// times of layers, showers): the text of report.json. What an interruption leaves undone is left
/// out.
[[nodiscard]] std::string report_data(const ReportSource& source, RunObserver& observer);

}  // namespace caloquant
