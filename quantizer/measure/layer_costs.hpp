#pragma once

#include <caloquant/config.hpp>
#include <caloquant/strategy.hpp>
#include <filesystem>
#include <functional>

#include "calibration/collect/collect.hpp"
#include "graph/exec/engine.hpp"
#include "graph/ir/graph.hpp"

namespace caloquant {

struct CostOptions {
  std::int64_t batch = 8;
  int repetitions = 15;
  ActivationRule rule = ActivationRule::measured;
  EngineOptions engine{};
  std::function<void()> between{};  ///< called between steps; what it throws ends the measurement
};

/// Milliseconds per event and bytes of every counted layer at every precision that it searches,
/// measured with all layers at one precision at a time, which take turns: the fastest of all runs,
/// each layer with the steps in front of it that only it needs (packing, quantizing). `table` holds
/// min-max ranges.
[[nodiscard]] CostTable measure_layer_costs(const Graph& fp32, const TuningSpace& space,
                                            const CalibrationTable& table,
                                            const CostOptions& options);

/// The table as a JSON file, and back. Reading throws ConfigError with the place of what is wrong
/// or missing: a layer or a precision that `space` searches.
void write_layer_costs(const CostTable& costs, const std::filesystem::path& file);
[[nodiscard]] CostTable read_layer_costs(const std::filesystem::path& file,
                                         const TuningSpace& space);

}  // namespace caloquant
