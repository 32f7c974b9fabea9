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

/// `automatic` holds the ranges of all others: no tensor is observed twice for the same range.
std::vector<std::unique_ptr<Observer>> make_observers(const Node& layer,
                                                      const CollectOptions& options) {
  ObserverOptions made_with;
  made_with.ranges = options.ranges;
  if (options.code) {
    made_with.code = [&layer, &options](const Range& range) { return options.code(layer, range); };
  }
  const bool one_for_all = options.algorithms.count(RangeAlgorithm::automatic) > 0;
  std::vector<std::unique_ptr<Observer>> observers;
  for (const RangeAlgorithm algorithm : options.algorithms) {
    if (!one_for_all || algorithm == RangeAlgorithm::automatic) {
      observers.push_back(make_observer(algorithm, "src of layer '" + layer.name + "'", made_with));
    }
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
    if (observer->algorithm() == RangeAlgorithm::automatic) {
      candidates = static_cast<const AutomaticObserver&>(*observer).candidates();
      for (const RangeCandidate& candidate : candidates) {
        ranges[candidate.algorithm] = candidate.range;
      }
      ranges[RangeAlgorithm::automatic] = best_candidate(candidates).range;
    } else {
      ranges[observer->algorithm()] = observer->range();
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
  const std::vector<Tap> taps = make_taps(graph, options);
  std::vector<SweptValue> values;
  values.reserve(taps.size());
  for (const Tap& tap : taps) {
    values.push_back({"src of " + tap.layers.front(), tap.root});
  }
  sweep_values(graph, values, fill,
               {options.events, options.batch, options.engine, options.progress},
               [&](std::int64_t, std::int64_t count, std::span<const std::span<const float>> seen) {
                 observe(taps, seen, count, options.batch);
               });
  CalibrationTable table;
  table.events = options.events.size();
  for (const Tap& tap : taps) {
    record(tap, table);
  }
  return table;
}

}  // namespace caloquant
