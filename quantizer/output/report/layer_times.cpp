#include "quantizer/output/report/layer_times.hpp"

#include <map>

#include "graph/exec/between_steps.hpp"
#include "quantizer/measure/benchmark.hpp"
#include "quantizer/output/report/rounded.hpp"

namespace caloquant {
namespace {

constexpr int repetitions = 3;
constexpr double seconds_each = 0.1;

/// Of one network [ms per event].
struct NetworkTimes {
  std::map<std::string, double> layers;  ///< with the steps that carry the layer's name
  double between = 0.0;
};

NetworkTimes times_of(const Graph& graph, const BenchmarkRow& row) {
  NetworkTimes times;
  for (const BenchmarkLayer& step : row.layers) {
    const double milliseconds = step.milliseconds / static_cast<double>(row.batch);
    const Node* node = graph.find(step.layer);
    if (node != nullptr && is_quantizable(node->op)) {
      times.layers[step.layer] += milliseconds;
    } else {
      times.between += milliseconds;
    }
  }
  return times;
}

/// Constants and the scales of integer weights.
double bytes_of_constants(const Graph& graph) {
  double bytes = 0.0;
  for (const Value& value : graph.values()) {
    bytes += value.constant ? static_cast<double>(value.constant->bytes()) : 0.0;
  }
  for (const Node& node : graph.nodes()) {
    if (node.quant && precision_of(*node.quant) != Precision::bf16) {
      bytes += static_cast<double>(node.quant->weight_scales.size() * sizeof(float));
    }
  }
  return bytes;
}

Json side_view(const Graph& graph, const BenchmarkRow& row, const NetworkTimes& times) {
  return {{"events_per_second", rounded(row.showers_per_second, 4)},
          {"slowest", rounded(row.slowest, 4)},
          {"fastest", rounded(row.fastest, 4)},
          {"between_layers_ms", rounded(times.between, 4)},
          {"bytes", bytes_of_constants(graph)}};
}

}  // namespace

Json layer_times(const Graph& fp32, const Graph& quantized, std::int64_t batch,
                 const EngineOptions& engine, const std::function<void()>& progress) {
  BenchmarkOptions options;
  options.batches = {batch};
  options.repetitions = repetitions;
  options.seconds = seconds_each;
  options.peaks = false;
  options.engine = engine;
  options.engine.listener = between_steps(progress);
  const std::vector<BenchmarkRow> rows =
      run_benchmark({{"fp32", fp32}, {"quantized", quantized}}, options, [&](const std::string&) {
        if (progress) {
          progress();
        }
      });
  const NetworkTimes of_fp32 = times_of(fp32, rows[0]);
  const NetworkTimes of_quantized = times_of(quantized, rows[1]);
  Json json = {{"batch", batch}, {"threads", rows[0].threads}};
  json["fp32"] = side_view(fp32, rows[0], of_fp32);
  json["quantized"] = side_view(quantized, rows[1], of_quantized);
  json["layers"] = Json::array();
  for (const Node& node : fp32.nodes()) {
    const auto before = of_fp32.layers.find(node.name);
    const auto after = of_quantized.layers.find(node.name);
    if (before != of_fp32.layers.end() && after != of_quantized.layers.end()) {
      json["layers"].push_back({{"name", node.name},
                                {"fp32_ms", rounded(before->second, 4)},
                                {"quantized_ms", rounded(after->second, 4)}});
    }
  }
  return json;
}

}  // namespace caloquant
