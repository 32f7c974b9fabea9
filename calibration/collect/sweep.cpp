#include "calibration/collect/sweep.hpp"

#include <algorithm>
#include <vector>

#include "ops/core/check.hpp"

namespace caloquant {
namespace {

/// Memory for one batch of every input.
class Inputs {
 public:
  Inputs(const Graph& graph, std::int64_t batch) {
    tensors_.reserve(graph.inputs().size());
    for (const ValueId id : graph.inputs()) {
      Shape shape = graph.value(id).shape;
      shape.front() = batch;
      tensors_.emplace_back(DType::f32, shape);
      sources_.emplace_back(tensors_.back().data<float>());
    }
  }

  void fill(const InputFiller& filler, std::int64_t first, std::int64_t count) {
    std::vector<std::span<float>> rows;
    rows.reserve(tensors_.size());
    for (Tensor& tensor : tensors_) {
      const auto per_event = static_cast<std::size_t>(tensor.size() / tensor.shape().front());
      rows.push_back(tensor.data<float>().first(per_event * static_cast<std::size_t>(count)));
    }
    filler(first, count, rows);
  }
  [[nodiscard]] std::span<const std::span<const float>> sources() const { return sources_; }

 private:
  std::vector<Tensor> tensors_;
  std::vector<std::span<const float>> sources_;
};

}  // namespace

EngineOptions with_default_kernels(EngineOptions engine) {
  engine.choose = nullptr;
  return engine;
}

void sweep_events(const Graph& graph, const InputFiller& fill, const SweepOptions& options,
                  std::span<const std::span<float>> outputs,
                  const std::function<void(std::int64_t first, std::int64_t count)>& on_batch) {
  CALOQUANT_EXPECT(options.batch >= 1 && outputs.size() == graph.outputs().size());
  const auto executable = compile_engine(graph, options.batch, options.engine);
  Inputs inputs(graph, options.batch);
  const EventRange& all = options.events;
  for (std::int64_t first = all.first; first < all.last; first += options.batch) {
    const std::int64_t count = std::min(options.batch, all.last - first);
    inputs.fill(fill, first, count);
    executable->run(inputs.sources(), outputs);
    on_batch(first, count);
    if (options.progress) {
      options.progress(first + count - all.first);
    }
  }
}

}  // namespace caloquant
