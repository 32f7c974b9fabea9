#pragma once

#include <cstddef>
#include <memory>
#include <set>
#include <span>
#include <vector>

#include "graph/exec/engine.hpp"
#include "graph/exec/lowering.hpp"
#include "graph/exec/memory_plan.hpp"
#include "ops/core/tensor.hpp"
#include "ops/kernels/layer_kernel.hpp"

namespace caloquant {

/// Steps [first, last) of a lowered graph.
struct StepRange {
  std::size_t first = 0;
  std::size_t last = 0;
};

/// Where the buffers live that those steps touch, one arena for all but `given` ones (roots), whose
/// memory comes from outside. Buffers in `kept` (roots) live to the end of the range.
[[nodiscard]] MemoryPlan plan_steps(const LoweredGraph& graph, StepRange steps,
                                    const std::set<BufferId>& given,
                                    const std::set<BufferId>& kept = {});

/// Roots of the buffers that those steps touch.
[[nodiscard]] std::set<BufferId> roots_of(const LoweredGraph& graph, StepRange steps);

/// A part of a lowered graph, ready to run: kernels and memory.
class CompiledSteps {
 public:
  CompiledSteps(LoweredGraph graph, StepRange steps, const std::set<BufferId>& given,
                const std::set<BufferId>& kept, Isa isa);
  /// The same with memory of its own, to run beside `other`: kernels that threads may share are.
  CompiledSteps(const CompiledSteps& other, const std::set<BufferId>& given, Isa isa);

  [[nodiscard]] const LoweredGraph& graph() const { return graph_; }
  [[nodiscard]] std::size_t arena_bytes() const { return arena_.bytes(); }
  /// The bytes of a buffer; null as long as a given one was not set.
  [[nodiscard]] std::byte* at(BufferId buffer) const { return pointers_[graph_.root(buffer)]; }
  /// Memory of a given buffer for the runs to come.
  void set(BufferId buffer, std::byte* bytes) { pointers_[graph_.root(buffer)] = bytes; }
  void run(const StepListener& listener) const;
  /// Of a step of the range.
  [[nodiscard]] StepInfo info(std::size_t step) const;

 private:
  void place(const std::set<BufferId>& given, const std::set<BufferId>& kept);

  LoweredGraph graph_;
  StepRange steps_;
  std::vector<std::shared_ptr<LayerKernel>> kernels_;  ///< by step - steps_.first
  Tensor arena_;
  std::vector<std::byte*> pointers_;  ///< by root buffer
};

}  // namespace caloquant
