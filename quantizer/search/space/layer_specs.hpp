#pragma once

#include <caloquant/tuning.hpp>
#include <vector>

#include "graph/ir/graph.hpp"

namespace caloquant {

/// The layers of a canonical graph as the tuner sees them; `whole_ladder` as default_layer_spec().
[[nodiscard]] std::vector<LayerSpec> layer_specs(const Graph& graph, bool whole_ladder = false);

}  // namespace caloquant
