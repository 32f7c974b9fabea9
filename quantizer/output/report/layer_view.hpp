#pragma once

#include <functional>

#include "calibration/collect/sweep.hpp"
#include "graph/exec/engine.hpp"
#include "graph/ir/graph.hpp"
#include "graph/json/json_fwd.hpp"

namespace caloquant {

struct LayerViewOptions {
  EventRange events;  ///< a few: outputs of all layers are in memory for one event at a time
  EngineOptions engine{};
  /// Called after every event; what it throws ends the work.
  std::function<void(std::int64_t done)> progress{};
};

/// One object per Conv and Dense of `fp32` with constant weights, in order: name, op,
/// multiply-adds and weights, the signal to noise ratio [dB] of its dst in `quantized` (noise of
/// all quantized layers up to it), histograms of what its src is made of and of its weights in
/// `fp32`, and the range that its 8-bit weights cover. `quantized`: the same network with layers of
/// the same names, from apply_plan().
[[nodiscard]] Json layer_view(const Graph& fp32, const Graph& quantized, const InputFiller& fill,
                              const LayerViewOptions& options);

}  // namespace caloquant
