#pragma once

#include <functional>

#include "graph/exec/engine.hpp"
#include "graph/ir/graph.hpp"
#include "graph/json/json_fwd.hpp"

namespace caloquant {

/// Milliseconds per event of both networks, of each layer with weights and of everything between
/// them, from a measurement of about a second in turns, with their bytes of constants. `progress`
/// is told what comes next; what it throws ends the work.
[[nodiscard]] Json layer_times(const Graph& fp32, const Graph& quantized, std::int64_t batch,
                               const EngineOptions& engine,
                               const std::function<void()>& progress = {});

}  // namespace caloquant
