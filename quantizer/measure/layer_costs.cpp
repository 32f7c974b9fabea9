#include "quantizer/measure/layer_costs.hpp"

#include <algorithm>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "ops/core/clock.hpp"
#include "ops/core/qmath.hpp"
#include "quantizer/measure/batch_run.hpp"
#include "quantizer/plan/make_plan.hpp"

namespace caloquant {
namespace {

/// Every layer at `wanted` where it searches that, else fp32.
TuningConfig all_at(const TuningSpace& space, Precision wanted) {
  TuningConfig config;
  for (const LayerSpec& layer : space.layers()) {
    const auto& searched = layer.searched.precisions;
    const bool can =
        layer.counted && !layer.fixed() && std::ranges::find(searched, wanted) != searched.end();
    config.set(layer.name, {can ? wanted : Precision::fp32, RangeAlgorithm::minmax, true,
                            ActivationType::automatic});
  }
  return config;
}

/// Milliseconds per event by layer: each with the steps since the layer before it.
class LayerClock {
 public:
  void start() {
    last_ = steady_seconds();
    pending_ = 0.0;
    running_.clear();
  }
  /// `meanwhile` is not timed.
  void listen(const LoweredGraph& graph, std::size_t index,
              const std::function<void()>& meanwhile) {
    const double now = steady_seconds();
    pending_ += 1e3 * (now - last_);
    const Step& step = graph.steps[index];
    if (std::holds_alternative<LayerWork>(step.work)) {
      running_[step.layer] += pending_;
      pending_ = 0.0;
    }
    if (meanwhile) {
      meanwhile();
    }
    last_ = steady_seconds();
  }
  void stop(std::int64_t events) {
    for (const auto& [layer, milliseconds] : running_) {
      const double own = milliseconds / static_cast<double>(events);
      const auto [known, is_new] = fastest_.try_emplace(layer, own);
      known->second = is_new ? own : std::min(known->second, own);
    }
  }
  /// Of all runs: what else the machine does only ever adds.
  [[nodiscard]] double fastest(const std::string& layer) const {
    const auto found = fastest_.find(layer);
    return found == fastest_.end() ? 0.0 : found->second;
  }

 private:
  double last_ = 0.0;  ///< [s]
  double pending_ = 0.0;
  std::map<std::string, double> running_;
  std::map<std::string, double> fastest_;
};

/// A network that is timed layer by layer.
class TimedNetwork {
 public:
  TimedNetwork(Graph graph, const CostOptions& options)
      : graph_(std::move(graph)), batch_(options.batch), clock_(std::make_unique<LayerClock>()) {
    EngineOptions engine = options.engine;
    engine.listener = [clock = clock_.get(), between = options.between](
                          const LoweredGraph& lowered, std::size_t step, const std::byte*,
                          const std::byte*) { clock->listen(lowered, step, between); };
    executable_ = compile_engine(graph_, batch_, engine);
    data_ = std::make_unique<BatchRun>(graph_, batch_);
  }

  void run(bool counts) {
    clock_->start();
    data_->run(*executable_);
    if (counts) {
      clock_->stop(batch_);
    }
  }
  [[nodiscard]] const Graph& graph() const { return graph_; }
  [[nodiscard]] double milliseconds(const std::string& layer) const {
    return clock_->fastest(layer);
  }

 private:
  Graph graph_;
  std::int64_t batch_;
  std::unique_ptr<LayerClock> clock_;  // the executable knows its place
  std::unique_ptr<Executable> executable_;
  std::unique_ptr<BatchRun> data_;
};

/// Of a layer's weights, scales included.
double bytes_of(const Graph& graph, const std::string& layer) {
  const Node& node = *graph.find(layer);
  const double scales = node.quant && precision_of(*node.quant) != Precision::bf16
                            ? static_cast<double>(node.quant->weight_scales.size()) * sizeof(float)
                            : 0.0;
  return static_cast<double>(graph.constant(node, 1)->bytes()) + scales;
}

}  // namespace

CostTable measure_layer_costs(const Graph& fp32, const TuningSpace& space,
                              const CalibrationTable& table, const CostOptions& options) {
  std::set<Precision> precisions{Precision::fp32};
  for (const LayerSpec& layer : space.layers()) {
    precisions.insert(layer.searched.precisions.begin(), layer.searched.precisions.end());
  }
  WeightCache weights;
  std::vector<std::pair<Precision, TimedNetwork>> networks;
  for (const Precision precision : precisions) {
    const QuantPlan plan = make_plan(fp32, table, all_at(space, precision), options.rule, weights);
    networks.emplace_back(precision, TimedNetwork(apply_plan(fp32, plan), options));
  }
  for (int repetition = -1; repetition < options.repetitions; ++repetition) {
    for (auto& [precision, network] : networks) {  // in turn: what disturbs, disturbs all
      network.run(repetition >= 0);                // the first one warms up
    }
  }
  CostTable costs;
  for (auto& [precision, network] : networks) {
    const TuningConfig config = all_at(space, precision);
    for (const TuningConfig::Layer& layer : config.layers()) {
      if (layer.choice.precision == precision) {
        costs[layer.name][precision] = {network.milliseconds(layer.name),
                                        bytes_of(network.graph(), layer.name)};
      }
    }
  }
  for (auto& [layer, levels] : costs) {
    const auto w8 = levels.find(Precision::w8);
    if (w8 != levels.end()) {  // one kernel with equal numbers in it: what differs is noise
      double& in_floats = levels.at(Precision::fp32).milliseconds;
      in_floats = std::min(in_floats, w8->second.milliseconds);
      w8->second.milliseconds = in_floats;
    }
  }
  return costs;
}

}  // namespace caloquant
