#include "calibration/collect/sweep.hpp"

#include <algorithm>

#include "graph/exec/batch_tensors.hpp"
#include "graph/exec/between_steps.hpp"
#include "graph/ir/editor.hpp"
#include "ops/core/check.hpp"

namespace caloquant {

void sweep_events(const Graph& graph, const InputFiller& fill, const SweepOptions& options,
                  std::span<const std::span<float>> outputs,
                  const std::function<void(std::int64_t first, std::int64_t count)>& on_batch) {
  CALOQUANT_EXPECT(options.batch >= 1 && outputs.size() == graph.outputs().size());
  std::int64_t done = 0;
  EngineOptions engine = options.engine;
  if (options.progress && !engine.listener) {
    engine.listener = between_steps([&] { options.progress(done); });
  }
  const auto executable = compile_engine(graph, options.batch, engine);
  const BatchTensors inputs = BatchTensors::inputs_of(graph, options.batch);
  const EventRange& all = options.events;
  for (std::int64_t first = all.first; first < all.last; first += options.batch) {
    const std::int64_t count = std::min(options.batch, all.last - first);
    fill(first, count, inputs.first(count));
    executable->run(inputs.src(), outputs);
    on_batch(first, count);
    done = first + count - all.first;
    if (options.progress) {
      options.progress(done);
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
