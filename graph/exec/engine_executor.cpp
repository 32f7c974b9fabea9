// The engine runs the steps in front of the first spatial tensor (Dense, which wants many images at
// once) on the whole batch, and all others on blocks of images, so that activations stay in cache.

#include <unistd.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "graph/exec/compiled_steps.hpp"
#include "graph/exec/engine.hpp"
#include "ops/core/thread_count.hpp"
#include "ops/kernels/direct/kernels.hpp"

namespace caloquant {
namespace {

/// Steps in front of the first one that writes a tensor with space, [N, C, ...].
std::size_t steps_without_space(const LoweredGraph& graph) {
  const auto first = std::find_if(graph.steps.begin(), graph.steps.end(), [&](const Step& step) {
    return graph.buffers[step.dst].shape.size() > 2;
  });
  return static_cast<std::size_t>(first - graph.steps.begin());
}

std::set<BufferId> interface_of(const LoweredGraph& graph) {
  std::set<BufferId> roots;
  for (const auto* list : {&graph.inputs, &graph.outputs}) {
    for (const BufferId buffer : *list) {
      roots.insert(graph.root(buffer));
    }
  }
  return roots;
}

/// Images per block: one for each thread, and more of them where they fit its second-level cache.
std::int64_t block_images(const LoweredGraph& one_image, StepRange steps,
                          const std::set<BufferId>& given) {
  const std::int64_t reported = sysconf(_SC_LEVEL2_CACHE_SIZE);
  const std::int64_t cache = reported > 0 ? reported : std::int64_t{1} << 20;
  const auto image = static_cast<std::int64_t>(plan_steps(one_image, steps, given).total);
  return team_size() * std::max<std::int64_t>(1, cache / std::max<std::int64_t>(1, image));
}

class EngineExecutable : public Executable {
 public:
  EngineExecutable(const Graph& graph, std::int64_t batch, const EngineOptions& options)
      : batch_(batch), listener_(options.listener) {
    const LoweringOptions lowering{direct::int8_lane(options.isa),
                                   options.choose ? options.choose : default_kind,
                                   options.plain_dense};
    LoweredGraph whole = lower(graph, batch, lowering);
    const std::set<BufferId> given = interface_of(whole);
    split_ = steps_without_space(whole);
    steps_ = whole.steps.size();
    const StepRange spatial{split_, steps_};
    block_ = options.block_images > 0 ? options.block_images
                                      : block_images(lower(graph, 1, lowering), spatial, given);
    block_ = std::min(block_, batch);
    if (block_ == batch || split_ == steps_) {
      whole_.emplace(std::move(whole), StepRange{0, steps_}, given, std::set<BufferId>{},
                     options.isa);
      own_inputs();
      return;
    }
    // As even as possible, so that the last block does little that was done before.
    const std::int64_t blocks = (batch + block_ - 1) / block_;
    block_ = (batch + blocks - 1) / blocks;
    shared_ = shared_roots(whole, given);
    std::set<BufferId> given_to_block = given;
    given_to_block.insert(shared_.begin(), shared_.end());
    whole_.emplace(std::move(whole), StepRange{0, split_}, given, shared_, options.isa);
    part_.emplace(lower(graph, block_, lowering), spatial, given_to_block, std::set<BufferId>{},
                  options.isa);
    CALOQUANT_EXPECT(part_->graph().steps.size() == steps_);
    shared_.insert(given.begin(), given.end());
    own_inputs();
  }

  [[nodiscard]] std::int64_t batch() const override { return batch_; }
  [[nodiscard]] std::size_t arena_bytes() const override {
    return whole_->arena_bytes() + (part_ ? part_->arena_bytes() : 0);
  }

  void run(std::span<const std::span<const float>> inputs,
           std::span<const std::span<float>> outputs) override {
    const LoweredGraph& graph = whole_->graph();
    CALOQUANT_EXPECT(inputs.size() == graph.inputs.size());
    CALOQUANT_EXPECT(outputs.size() == graph.outputs.size());
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      CALOQUANT_EXPECT(inputs[i].size_bytes() == graph.buffers[graph.inputs[i]].bytes());
      std::copy(inputs[i].begin(), inputs[i].end(), inputs_[i].data<float>().begin());
    }
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      CALOQUANT_EXPECT(outputs[i].size_bytes() == graph.buffers[graph.outputs[i]].bytes());
      whole_->set(graph.outputs[i], reinterpret_cast<std::byte*>(outputs[i].data()));
    }
    whole_->run(listener_);
    if (part_) {
      run_blocks();
    }
  }

  [[nodiscard]] std::vector<StepInfo> steps() const override {
    std::vector<StepInfo> infos;
    for (std::size_t i = 0; i < steps_; ++i) {
      infos.push_back(part_ && i >= split_ ? part_->info(i) : whole_->info(i));
    }
    return infos;
  }

 private:
  void own_inputs() {
    for (const BufferId input : whole_->graph().inputs) {
      inputs_.emplace_back(DType::f32, whole_->graph().buffers[input].shape);
      whole_->set(input, inputs_.back().raw());
    }
  }

  /// What the blocks read of what was computed for the whole batch.
  [[nodiscard]] std::set<BufferId> shared_roots(const LoweredGraph& graph,
                                                const std::set<BufferId>& given) const {
    const std::set<BufferId> before = roots_of(graph, {0, split_});
    std::set<BufferId> shared;
    for (const BufferId root : roots_of(graph, {split_, steps_})) {
      if (before.count(root) > 0 && given.count(root) == 0) {
        shared.insert(root);
      }
    }
    return shared;
  }

  /// The last block starts early enough to be a full one; its first images are computed again, to
  /// the same bits.
  void run_blocks() {
    for (std::int64_t first = 0; first < batch_; first += block_) {
      const std::int64_t start = std::min(first, batch_ - block_);
      for (const BufferId root : shared_) {
        const auto image = whole_->graph().buffers[root].bytes() / static_cast<std::size_t>(batch_);
        part_->set(root, whole_->at(root) + static_cast<std::size_t>(start) * image);
      }
      part_->run(listener_);
    }
  }

  std::int64_t batch_;
  std::int64_t block_ = 0;
  std::size_t split_ = 0;  ///< the first step that runs on blocks
  std::size_t steps_ = 0;
  StepListener listener_;
  /// Copies of the inputs: buffers are written as well as read.
  std::vector<Tensor> inputs_;
  std::optional<CompiledSteps> whole_;
  std::optional<CompiledSteps> part_;
  std::set<BufferId> shared_;  ///< roots whose memory a block gets from the whole batch
};

}  // namespace

std::unique_ptr<Executable> compile_engine(const Graph& graph, std::int64_t batch) {
  return compile_engine(graph, batch, EngineOptions{});
}

std::unique_ptr<Executable> compile_engine(const Graph& graph, std::int64_t batch,
                                           const EngineOptions& options) {
  return std::make_unique<EngineExecutable>(graph, batch, options);
}

}  // namespace caloquant
