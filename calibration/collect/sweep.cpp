#include "calibration/collect/sweep.hpp"

#include <algorithm>

#include "graph/exec/batch_tensors.hpp"
#include "graph/ir/editor.hpp"
#include "ops/core/check.hpp"
#include "ops/core/clock.hpp"

namespace caloquant {
namespace {

/// Tells the progress again between the steps of a batch, which may take seconds in all: what waits
/// for an answer to Ctrl-C waits no longer than one step.
class ProgressInside {
 public:
  /// [s] between two calls: short for a person, long beside what a call costs.
  static constexpr double pause = 0.1;

  explicit ProgressInside(const SweepOptions& options) : options_(options) {}
  void done(std::int64_t events) {
    done_ = events;
    tell();
  }
  void step() {
    if (steady_seconds() - told_ >= pause) {
      tell();
    }
  }

 private:
  void tell() {
    told_ = steady_seconds();
    options_.progress(done_);
  }

  const SweepOptions& options_;
  double told_ = steady_seconds();
  std::int64_t done_ = 0;
};

}  // namespace

void sweep_events(const Graph& graph, const InputFiller& fill, const SweepOptions& options,
                  std::span<const std::span<float>> outputs,
                  const std::function<void(std::int64_t first, std::int64_t count)>& on_batch) {
  CALOQUANT_EXPECT(options.batch >= 1 && outputs.size() == graph.outputs().size());
  ProgressInside progress(options);
  EngineOptions engine = options.engine;
  if (options.progress && !engine.listener) {
    engine.listener = [&progress](const LoweredGraph&, std::size_t, const std::byte*,
                                  const std::byte*) { progress.step(); };
  }
  const auto executable = compile_engine(graph, options.batch, engine);
  const BatchTensors inputs = BatchTensors::inputs_of(graph, options.batch);
  const EventRange& all = options.events;
  for (std::int64_t first = all.first; first < all.last; first += options.batch) {
    const std::int64_t count = std::min(options.batch, all.last - first);
    fill(first, count, inputs.first(count));
    executable->run(inputs.src(), outputs);
    on_batch(first, count);
    if (options.progress) {
      progress.done(first + count - all.first);
    }
  }
}

void sweep_values(const Graph& graph, const std::vector<SweptValue>& values,
                  const InputFiller& fill, const SweepOptions& options, const ValueWatcher& watch) {
  GraphEditor editor(graph);
  editor.clear_outputs();
  for (const SweptValue& swept : values) {
    editor.add_output(swept.name, swept.value);
  }
  const Graph looked_at = editor.finish();
  const BatchTensors outputs = BatchTensors::outputs_of(looked_at, options.batch);
  SweepOptions with_defaults = options;
  with_defaults.engine.choose = nullptr;
  sweep_events(looked_at, fill, with_defaults, outputs.dst(),
               [&](std::int64_t first, std::int64_t count) { watch(first, count, outputs.src()); });
}

}  // namespace caloquant
