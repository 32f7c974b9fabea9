// The engine runs the steps in front of the first spatial tensor (Dense, which wants many images at
// once) on the whole batch, and all others on blocks of images.

#include <unistd.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "graph/exec/compiled_steps.hpp"
#include "graph/exec/engine.hpp"
#include "graph/exec/image_blocks.hpp"
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

/// Images whose activations fit the second-level cache of a thread, at least one.
std::int64_t images_in_cache(const LoweredGraph& one_image, StepRange steps,
                             const std::set<BufferId>& given) {
  const std::int64_t reported = sysconf(_SC_LEVEL2_CACHE_SIZE);
  const std::int64_t cache = reported > 0 ? reported : std::int64_t{1} << 20;
  const auto image = static_cast<std::int64_t>(plan_steps(one_image, steps, given).total);
  return std::max<std::int64_t>(1, cache / std::max<std::int64_t>(1, image));
}

/// Weights of layers that every thread would have a copy of [bytes].
std::size_t weights_to_copy(const LoweredGraph& graph, StepRange steps) {
  std::size_t bytes = 0;
  for (std::size_t i = steps.first; i < steps.last; ++i) {
    const auto* work = std::get_if<LayerWork>(&graph.steps[i].work);
    bytes += work != nullptr && work->kind == LayerKind::library ? work->weights->bytes() : 0;
  }
  return bytes;
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
    const BlockPlan plan = plan_blocks(lower(graph, 1, lowering), spatial, given, options);
    if (split_ == steps_ || (plan.block == batch && plan.teams == 1)) {
      whole_.emplace(std::move(whole), StepRange{0, steps_}, given, std::set<BufferId>{},
                     options.isa);
      own_inputs();
      return;
    }
    const std::set<BufferId> shared = shared_roots(whole, given);
    ImageBlocks::Options blocks{batch, plan.teams, spatial, given, {}, options.isa};
    blocks.given.insert(shared.begin(), shared.end());
    for (std::size_t i = split_; i < steps_; ++i) {
      const BufferId root = whole.root(whole.steps[i].dst);
      if (given.count(root) > 0) {
        blocks.outputs.insert(root);
      }
    }
    whole_.emplace(std::move(whole), StepRange{0, split_}, given, shared, options.isa);
    blocks_.emplace(lower(graph, plan.block, lowering), std::move(blocks));
    own_inputs();
  }

  [[nodiscard]] std::int64_t batch() const override { return batch_; }
  [[nodiscard]] std::size_t arena_bytes() const override {
    return whole_->arena_bytes() + (blocks_ ? blocks_->arena_bytes() : 0);
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
    if (blocks_) {
      blocks_->run(*whole_, listener_);
    }
  }

  [[nodiscard]] std::vector<StepInfo> steps() const override {
    std::vector<StepInfo> infos;
    for (std::size_t i = 0; i < steps_; ++i) {
      infos.push_back(blocks_ && i >= split_ ? blocks_->info(i) : whole_->info(i));
    }
    return infos;
  }

 private:
  struct BlockPlan {
    std::int64_t block = 1;
    int teams = 1;
  };

  /// Blocks as even as possible: the last one does again what was done before.
  [[nodiscard]] BlockPlan plan_blocks(const LoweredGraph& one_image, StepRange spatial,
                                      const std::set<BufferId>& given,
                                      const EngineOptions& options) const {
    constexpr std::size_t few_weights = std::size_t{8} << 20;
    const std::int64_t threads = team_size();
    const bool own = options.block_images == 0 && threads > 1 && batch_ >= threads &&
                     weights_to_copy(one_image, spatial) <= few_weights;
    const std::int64_t images = options.block_images > 0
                                    ? options.block_images
                                    : threads * images_in_cache(one_image, spatial, given);
    const std::int64_t rounds = (batch_ + images - 1) / images;
    const std::int64_t blocks = own ? threads * rounds : rounds;
    return {(batch_ + blocks - 1) / blocks, own ? static_cast<int>(threads) : 1};
  }

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

  std::int64_t batch_;
  std::size_t split_ = 0;  ///< the first step that runs on blocks
  std::size_t steps_ = 0;
  StepListener listener_;
  /// Copies of the inputs: buffers are written as well as read.
  std::vector<Tensor> inputs_;
  std::optional<CompiledSteps> whole_;
  std::optional<ImageBlocks> blocks_;
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
