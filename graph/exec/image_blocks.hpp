#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include "graph/exec/compiled_steps.hpp"

namespace caloquant {

/// Steps that a batch runs through in blocks of images, so that activations stay in cache. With
/// teams of one, each thread has blocks of its own and waits for the others at the end of the
/// batch only; one team of all threads shares the work of every step, and waits after each.
class ImageBlocks {
 public:
  struct Options {
    std::int64_t batch = 1;
    int teams = 1;  ///< 1: all threads; else one thread each
    StepRange steps;
    std::set<BufferId> given;    ///< roots with memory of the whole batch
    std::set<BufferId> outputs;  ///< those of them that the steps write
    Isa isa = Isa::portable;
  };

  /// block: the graph for as many images as a block has, no more than the batch.
  ImageBlocks(LoweredGraph block, Options options);

  /// `whole` has the memory of given buffers. The listener sees the steps of the calling thread;
  /// what it throws ends the run.
  void run(const CompiledSteps& whole, const StepListener& listener);
  [[nodiscard]] std::size_t arena_bytes() const;
  [[nodiscard]] StepInfo info(std::size_t step) const { return teams_.front()->info(step); }

 private:
  [[nodiscard]] std::int64_t block() const { return teams_.front()->graph().batch; }
  [[nodiscard]] std::int64_t blocks() const { return (options_.batch + block() - 1) / block(); }
  void run_block(CompiledSteps& team, std::int64_t index, const CompiledSteps& whole,
                 const StepListener& listener);
  void run_teams(const CompiledSteps& whole, const StepListener& listener);

  Options options_;
  std::vector<std::unique_ptr<CompiledSteps>> teams_;
  /// By output: where the last block writes if it begins within the one before it.
  std::map<BufferId, Tensor> spare_;
};

}  // namespace caloquant
