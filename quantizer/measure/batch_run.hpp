#pragma once

#include <cstdint>
#include <span>

#include "graph/exec/batch_tensors.hpp"
#include "graph/exec/executor.hpp"
#include "graph/ir/graph.hpp"

namespace caloquant {

/// Network inputs of events that no data set knows, one span [count, ...] each: of a generator
/// latents of 100 to 500 GeV at 90 degrees, of other networks normal numbers. Depend on the number
/// of the event alone.
void fill_typical_inputs(const Graph& graph, std::int64_t first, std::int64_t count,
                         std::span<const std::span<float>> inputs);

/// The memory of one batch of such inputs and what comes of it, to measure times with.
class BatchRun {
 public:
  BatchRun(const Graph& graph, std::int64_t batch);
  void run(Executable& executable) { executable.run(inputs_.src(), outputs_.dst()); }

 private:
  BatchTensors inputs_;
  BatchTensors outputs_;
};

}  // namespace caloquant
