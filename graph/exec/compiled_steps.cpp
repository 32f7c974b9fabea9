#include "graph/exec/compiled_steps.hpp"

#include <algorithm>
#include <utility>

#include "graph/exec/run_step.hpp"

namespace caloquant {

std::set<BufferId> roots_of(const LoweredGraph& graph, StepRange steps) {
  std::set<BufferId> roots;
  for (std::size_t i = steps.first; i < steps.last; ++i) {
    for (const BufferId src : graph.steps[i].src) {
      roots.insert(graph.root(src));
    }
    roots.insert(graph.root(graph.steps[i].dst));
  }
  return roots;
}

MemoryPlan plan_steps(const LoweredGraph& graph, StepRange steps, const std::set<BufferId>& given,
                      const std::set<BufferId>& kept) {
  std::vector<Lifetime> lifetimes(graph.buffers.size(), Lifetime{0, steps.last, 0});
  for (std::size_t i = steps.first; i < steps.last; ++i) {
    const auto touch = [&](BufferId buffer) {
      Lifetime& life = lifetimes[graph.root(buffer)];
      life.first = std::min(life.first, i);
      life.last = std::max(life.last, i);
    };
    std::for_each(graph.steps[i].src.begin(), graph.steps[i].src.end(), touch);
    touch(graph.steps[i].dst);
  }
  for (const BufferId root : roots_of(graph, steps)) {
    if (given.count(root) == 0) {
      lifetimes[root].bytes = graph.buffers[root].bytes();
    }
    if (kept.count(root) > 0) {
      lifetimes[root].last = steps.last;
    }
  }
  return plan_memory(lifetimes);
}

CompiledSteps::CompiledSteps(LoweredGraph graph, StepRange steps, const std::set<BufferId>& given,
                             const std::set<BufferId>& kept, Isa isa)
    : graph_(std::move(graph)), steps_(steps), pointers_(graph_.buffers.size(), nullptr) {
  for (std::size_t i = steps.first; i < steps.last; ++i) {
    const Step& step = graph_.steps[i];
    kernels_.push_back(std::holds_alternative<LayerWork>(step.work)
                           ? make_step_kernel(graph_, step, isa)
                           : nullptr);
  }
  place(given, kept);
}

CompiledSteps::CompiledSteps(const CompiledSteps& other, const std::set<BufferId>& given, Isa isa)
    : graph_(other.graph_), steps_(other.steps_), pointers_(graph_.buffers.size(), nullptr) {
  for (std::size_t i = steps_.first; i < steps_.last; ++i) {
    const auto& kernel = other.kernels_[i - steps_.first];
    kernels_.push_back(!kernel || kernel->is_shareable()
                           ? kernel
                           : make_step_kernel(graph_, graph_.steps[i], isa));
  }
  place(given, {});
}

void CompiledSteps::place(const std::set<BufferId>& given, const std::set<BufferId>& kept) {
  const MemoryPlan plan = plan_steps(graph_, steps_, given, kept);
  arena_ = Tensor(DType::u8, {static_cast<std::int64_t>(plan.total)});
  for (const BufferId root : roots_of(graph_, steps_)) {
    if (given.count(root) == 0) {
      pointers_[root] = arena_.raw() + plan.offsets[root];
    }
  }
}

void CompiledSteps::run(const StepListener& listener) const {
  for (std::size_t i = steps_.first; i < steps_.last; ++i) {
    const Step& step = graph_.steps[i];
    run_step(graph_, step, kernels_[i - steps_.first].get(), pointers_);
    if (listener) {
      listener(graph_, i, at(step.src.front()), at(step.dst));
    }
  }
}

StepInfo CompiledSteps::info(std::size_t index) const {
  const Step& step = graph_.steps[index];
  const auto& kernel = kernels_[index - steps_.first];
  const auto* work = std::get_if<LayerWork>(&step.work);
  const auto& quant = graph_.buffers[step.src.front()].format.quant;
  const Precision moved = quant ? precision_of(LayerQuant{*quant, {}}) : Precision::fp32;
  return {step.layer, step.op, work != nullptr ? work->precision : moved,
          kernel ? kernel->implementation() : "native"};
}

}  // namespace caloquant
