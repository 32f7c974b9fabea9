#include "quantizer/evaluate/evaluator.hpp"

#include <utility>

#include "graph/exec/batch_tensors.hpp"
#include "graph/ir/merge.hpp"

namespace caloquant {

Evaluator::Evaluator(const RunConfig& config, Graph fp32, EngineOptions engine)
    : fp32_(std::move(fp32)),
      engine_(std::move(engine)),
      batch_(static_cast<std::int64_t>(config.execution.batch)) {}

/// Multiples of the batch, so that batches are cut as without checkpoints.
void Evaluator::allow_early_stop(const RunConfig& config) {
  constexpr std::int64_t least_events = 64;
  if (!config.tuning.early_stop) {
    return;
  }
  const std::int64_t all = events().evaluation().size();
  for (const std::int64_t part : {8, 2}) {
    const std::int64_t first = all / part / batch_ * batch_;
    if (first >= least_events && first < all) {
      checkpoints_.push_back(static_cast<std::size_t>(first));
    }
  }
}

InputFiller Evaluator::filler() const {
  return [this](std::int64_t first, std::int64_t count, std::span<const std::span<float>> inputs) {
    events().fill(first, count, inputs);
  };
}

ModelQuality Evaluator::quality_of(const Graph& graph, const EventProgress& progress) const {
  return std::move(qualities_of({graph}, progress).front());
}

std::vector<ModelQuality> Evaluator::qualities_of(const std::vector<Graph>& graphs,
                                                  const EventProgress& progress,
                                                  std::optional<double> drop_above) const {
  const std::unique_ptr<OutputSample> fp32_outputs = make_fp32_outputs();
  std::vector<ModelQuality> qualities(graphs.size());
  std::vector<std::unique_ptr<OutputSample>> samples;
  std::vector<std::size_t> alive;
  for (const Graph& graph : graphs) {
    alive.push_back(samples.size());
    samples.push_back(make_sample(graph, fp32_outputs.get()));
  }
  const EventRange all = events().evaluation();
  EventRange part{all.first, all.first};
  for (std::size_t checkpoint = 0; part.last < all.last && !alive.empty(); ++checkpoint) {
    const bool last = !drop_above || checkpoint == checkpoints_.size();
    part = {part.last,
            last ? all.last : all.first + static_cast<std::int64_t>(checkpoints_[checkpoint])};
    std::vector<Graph> running;
    std::vector<OutputSample*> into;
    if (fp32_outputs) {
      running.push_back(fp32_);
      into.push_back(fp32_outputs.get());
    }
    for (const std::size_t model : alive) {
      running.push_back(graphs[model]);
      into.push_back(samples[model].get());
    }
    add_network(merge_graphs(running), part, all.first, into, progress);
    for (const std::size_t model : alive) {
      qualities[model] =
          quality_from(*samples[model], last ? std::nullopt : std::optional(checkpoint));
    }
    if (!last) {
      std::erase_if(
          alive, [&](std::size_t model) { return misses_clearly(qualities[model], *drop_above); });
    }
  }
  return qualities;
}

void Evaluator::add_network(const Graph& graph, EventRange part, std::int64_t origin,
                            const std::vector<OutputSample*>& samples,
                            const EventProgress& progress) const {
  const std::size_t outputs_each = graph.outputs().size() / samples.size();
  CALOQUANT_EXPECT(outputs_each * samples.size() == graph.outputs().size());
  const BatchTensors outputs = BatchTensors::outputs_of(graph, batch_);
  const auto hand_over = [&](std::int64_t first, std::int64_t count) {
    const std::vector<std::span<float>> rows = outputs.first(count);
    const std::vector<std::span<const float>> made(rows.begin(), rows.end());
    for (std::size_t model = 0; model < samples.size(); ++model) {
      samples[model]->add(first - origin, count,
                          std::span(made).subspan(model * outputs_each, outputs_each));
    }
  };
  const std::int64_t done_before = part.first - origin;
  SweepOptions options{part, batch_, engine_, {}};
  if (progress) {
    options.progress = [&](std::int64_t done) { progress(done_before + done); };
  }
  sweep_events(graph, filler(), options, outputs.dst(), hand_over);
}

}  // namespace caloquant
