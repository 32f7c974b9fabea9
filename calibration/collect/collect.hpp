#pragma once

#include <caloquant/range.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "calibration/collect/sweep.hpp"
#include "calibration/data/event_index.hpp"
#include "calibration/observers/automatic.hpp"
#include "graph/exec/engine.hpp"
#include "graph/ir/graph.hpp"

namespace caloquant {

/// Measured ranges of the src of every layer with weights, by layer name and algorithm. They belong
/// to the fp32 graph, so one table serves every configuration that is tried.
struct CalibrationTable {
  std::map<std::string, std::map<RangeAlgorithm, Range>> layers;
  /// Where `automatic` was asked for: what it chose from, by layer name.
  std::map<std::string, std::vector<RangeCandidate>> candidates;
  std::int64_t events = 0;
};

/// The integer code that a layer would give to a src with this range.
using LayerCode = std::function<QuantParams(const Node& layer, const Range& range)>;

struct CollectOptions {
  EventRange events;
  std::int64_t batch = 8;
  /// With `automatic` the table holds all of them: it is made from the others.
  std::set<RangeAlgorithm> algorithms;
  /// Called after every batch with the events done; what it throws ends the collection.
  std::function<void(std::int64_t done)> progress = {};
  RangeOptions ranges = {};
  /// Whose error `mse` and `automatic` measure; measured_code() when empty. Of layers with a common
  /// src it is asked for the first.
  LayerCode code = {};
  EngineOptions engine = {};
};

/// Runs the canonical fp32 graph over the events and observes, for every layer with
/// weights, the tensor that its src is made of by mere movement of cells (up-sampling repeats
/// cells, padding adds the 0 that every range contains; where cells are dropped, what is left).
/// Throws DataError, naming the layer, for a value that is not finite.
[[nodiscard]] CalibrationTable collect_ranges(const Graph& graph, const InputFiller& fill,
                                              const CollectOptions& options);

/// The value that `value` only moves the cells of, all of them: what its range is measured on.
[[nodiscard]] ValueId quantization_root(const Graph& graph, ValueId value);

}  // namespace caloquant
