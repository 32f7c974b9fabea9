#include "quantizer/run/layer_costs.hpp"

#include <algorithm>
#include <chrono>
#include <set>
#include <vector>

#include "ops/core/qmath.hpp"
#include "quantizer/plan/make_plan.hpp"
#include "quantizer/run/benchmark.hpp"

namespace caloquant {
namespace {

using Clock = std::chrono::steady_clock;

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
    last_ = Clock::now();
    pending_ = 0.0;
    running_.clear();
  }
  void listen(const LoweredGraph& graph, std::size_t index) {
    const auto now = Clock::now();
    pending_ += std::chrono::duration<double, std::milli>(now - last_).count();
    const Step& step = graph.steps[index];
    if (std::holds_alternative<LayerWork>(step.work)) {
      running_[step.layer] += pending_;
      pending_ = 0.0;
    }
    last_ = Clock::now();
  }
  void stop(std::int64_t events) {
    for (const auto& [layer, milliseconds] : running_) {
      samples_[layer].push_back(milliseconds / static_cast<double>(events));
    }
  }
  [[nodiscard]] double median(const std::string& layer) {
    const auto found = samples_.find(layer);
    if (found == samples_.end()) {
      return 0.0;
    }
    std::vector<double>& values = found->second;
    std::ranges::nth_element(values,
                             values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2));
    return values[values.size() / 2];
  }

 private:
  Clock::time_point last_;
  double pending_ = 0.0;
  std::map<std::string, double> running_;
  std::map<std::string, std::vector<double>> samples_;
};

LayerClock time_layers(const Graph& graph, const CostOptions& options) {
  LayerClock clock;
  EngineOptions engine = options.engine;
  engine.listener = [&](const LoweredGraph& lowered, std::size_t step, const std::byte*,
                        const std::byte*) { clock.listen(lowered, step); };
  const auto executable = compile_engine(graph, options.batch, engine);
  const std::vector<float> input = benchmark_input(graph, options.batch);
  Shape shape = graph.value(graph.outputs()[0].value).shape;
  shape.front() = options.batch;
  std::vector<float> image(static_cast<std::size_t>(element_count(shape)));
  const std::span<const float> src = input;
  const std::span<float> dst = image;
  for (int repetition = -1; repetition < options.repetitions; ++repetition) {
    clock.start();
    executable->run({&src, 1}, {&dst, 1});
    if (repetition >= 0) {  // the first one warms up
      clock.stop(options.batch);
    }
  }
  return clock;
}

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
  CostTable costs;
  WeightCache weights;
  for (const Precision precision : precisions) {
    const TuningConfig config = all_at(space, precision);
    const Graph graph = apply_plan(fp32, make_plan(fp32, table, config, options.rule, weights));
    LayerClock clock = time_layers(graph, options);
    for (const TuningConfig::Layer& layer : config.layers()) {
      if (layer.choice.precision == precision) {
        costs[layer.name][precision] = {clock.median(layer.name), bytes_of(graph, layer.name)};
      }
    }
  }
  return costs;
}

}  // namespace caloquant
