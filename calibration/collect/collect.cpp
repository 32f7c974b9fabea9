#include "calibration/collect/collect.hpp"

#include <algorithm>
#include <exception>
#include <memory>
#include <utility>
#include <vector>

#include "calibration/observers/observer.hpp"
#include "ops/core/thread_count.hpp"

namespace caloquant {
namespace {

/// One observed tensor: all observers on it, and the layers that read it.
struct Tap {
  ValueId root{};
  std::vector<std::string> layers;
  std::vector<std::unique_ptr<Observer>> observers;
};

/// No tensor is observed twice for the same range: what another observer covers has none of its
/// own.
std::vector<std::unique_ptr<Observer>> make_observers(const Node& layer,
                                                      const CollectOptions& options) {
  ObserverOptions made_with;
  made_with.ranges = options.ranges;
  if (options.code) {
    made_with.code = [&layer, &options](const Range& range) { return options.code(layer, range); };
  }
  std::vector<std::unique_ptr<Observer>> observers;
  for (const RangeAlgorithm algorithm : options.algorithms) {
    observers.push_back(make_observer(algorithm, "src of layer '" + layer.name + "'", made_with));
  }
  for (auto one = observers.begin(); one != observers.end();) {
    const bool covered = std::ranges::any_of(observers, [&](const auto& other) {
      return other != *one && other->covers((*one)->algorithm());
    });
    one = covered ? observers.erase(one) : one + 1;
  }
  return observers;
}

std::vector<Tap> make_taps(const Graph& graph, const CollectOptions& options) {
  std::vector<Tap> taps;
  for (const Node& node : graph.nodes()) {
    if (!is_quantizable(node.op)) {
      continue;
    }
    const ValueId root = quantization_root(graph, node.inputs[0]);
    auto tap = std::find_if(taps.begin(), taps.end(),
                            [&](const Tap& candidate) { return candidate.root == root; });
    if (tap == taps.end()) {
      Tap made;
      made.root = root;
      made.observers = make_observers(node, options);
      taps.push_back(std::move(made));
      tap = std::prev(taps.end());
    }
    tap->layers.push_back(node.name);
  }
  return taps;
}

/// Every observer takes the first `count` events of the batch. An observer sees its values in event
/// order whatever the number of threads.
void observe(const std::vector<Tap>& taps, std::span<const std::span<const float>> values,
             std::int64_t count, std::int64_t batch) {
  struct Job {
    Observer* observer;
    std::span<const float> values;
  };
  const auto events = static_cast<std::size_t>(count);
  std::vector<Job> jobs;
  for (std::size_t tap = 0; tap < taps.size(); ++tap) {
    const auto part =
        values[tap].first(values[tap].size() / static_cast<std::size_t>(batch) * events);
    for (const auto& observer : taps[tap].observers) {
      jobs.push_back({observer.get(), part});
    }
  }
  std::vector<std::exception_ptr> failures(jobs.size());
#pragma omp parallel for num_threads(team_size()) schedule(dynamic)
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    try {
      jobs[i].observer->observe(jobs[i].values, events);
    } catch (...) {
      failures[i] = std::current_exception();
    }
  }
  for (const std::exception_ptr& failure : failures) {
    if (failure) {
      std::rethrow_exception(failure);
    }
  }
}

/// What the observers of one tensor say, for each layer that reads it.
void record(const Tap& tap, CalibrationTable& table) {
  std::map<RangeAlgorithm, Range> ranges;
  std::vector<RangeCandidate> candidates;
  for (const auto& observer : tap.observers) {
    ObserverFindings findings = observer->findings();
    ranges.merge(findings.ranges);
    if (!findings.candidates.empty()) {
      candidates = std::move(findings.candidates);
    }
  }
  for (const std::string& layer : tap.layers) {
    table.layers[layer] = ranges;
    if (!candidates.empty()) {
      table.candidates[layer] = candidates;
    }
  }
}

/// In front of it there are cells that belong to no tensor of the model as it was written: they
/// must not widen a range.
bool drops_cells(const Op& op) {
  const auto* move = std::get_if<DepthToSpace>(&op);
  return move != nullptr && std::any_of(move->crop_end.begin(), move->crop_end.end(),
                                        [](std::int64_t cells) { return cells > 0; });
}

}  // namespace

ValueId quantization_root(const Graph& graph, ValueId value) {
  const Node* node = graph.producer(value);
  while (node != nullptr && only_moves_cells(node->op) && !drops_cells(node->op)) {
    value = node->inputs[0];
    node = graph.producer(value);
  }
  return value;
}

CalibrationTable collect_ranges(const Graph& graph, const InputFiller& fill,
                                const CollectOptions& options) {
  CALOQUANT_EXPECT(options.batch >= 1);
  const std::int64_t batch = batch_for(options.batch, options.events);
  const std::vector<Tap> taps = make_taps(graph, options);
  std::vector<SweptValue> values;
  values.reserve(taps.size());
  for (const Tap& tap : taps) {
    values.push_back({"src of " + tap.layers.front(), tap.root});
  }
  sweep_values(graph, values, fill, {options.events, batch, options.engine, options.progress},
               [&](std::int64_t, std::int64_t count, std::span<const std::span<const float>> seen) {
                 observe(taps, seen, count, batch);
               });
  CalibrationTable table;
  table.events = options.events.size();
  for (const Tap& tap : taps) {
    record(tap, table);
  }
  return table;
}

}  // namespace caloquant
