#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "calibration/data/event_index.hpp"
#include "graph/exec/engine.hpp"
#include "graph/ir/graph.hpp"

namespace caloquant {

/// Fills the inputs of a network, one span [n, ...] each, with n consecutive events, the first of
/// which is `first`.
using InputFiller = std::function<void(std::int64_t first, std::int64_t count,
                                       std::span<const std::span<float>> inputs)>;

struct SweepOptions {
  EventRange events;
  std::int64_t batch = 8;
  EngineOptions engine{};
  /// Called with the events done after every batch, and again while a batch takes long; what it
  /// throws ends the sweep.
  std::function<void(std::int64_t done)> progress{};
};

/// No larger than the events: rows without an event only take memory and time.
[[nodiscard]] inline std::int64_t batch_for(std::int64_t batch, const EventRange& events) {
  return std::clamp(events.size(), std::int64_t{1}, batch);
}

/// Runs a canonical graph over events, batch by batch. Each batch leaves in `outputs`, one span
/// [batch, ...] for every output of the graph, what belongs to events [first, first + count) and
/// goes to `on_batch`; behind them the last batch holds what is of no event. Throws what the
/// callbacks and compile_engine() throw.
void sweep_events(const Graph& graph, const InputFiller& fill, const SweepOptions& options,
                  std::span<const std::span<float>> outputs,
                  const std::function<void(std::int64_t first, std::int64_t count)>& on_batch);

/// A value of a graph to look at, and its name in messages.
struct SweptValue {
  std::string name;
  ValueId value{};
};

/// What a batch of events [first, first + count) leaves in such values: one span [batch, ...] each,
/// behind the events of no meaning.
using ValueWatcher = std::function<void(std::int64_t first, std::int64_t count,
                                        std::span<const std::span<const float>> values)>;

/// Runs a graph with `values` as its only outputs, so that epilogues are not fused across them, and
/// with the default kernels: kernels chosen by their speed sum f32 in orders of their own, the
/// choice may be another one next time, and what is seen here decides ranges, roundings and biases.
void sweep_values(const Graph& graph, const std::vector<SweptValue>& values,
                  const InputFiller& fill, const SweepOptions& options, const ValueWatcher& watch);

}  // namespace caloquant
