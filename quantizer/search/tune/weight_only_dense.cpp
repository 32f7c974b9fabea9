#include "quantizer/search/tune/weight_only_dense.hpp"

#include <algorithm>

namespace caloquant {
namespace {

bool holds(const std::vector<Precision>& precisions, Precision precision) {
  return std::ranges::find(precisions, precision) != precisions.end();
}

}  // namespace

std::vector<std::string> weight_only_dense_layers(const TuningSpace& space, const SpaceRules& rules,
                                                  bool searched_too) {
  std::vector<std::string> layers;
  if (holds(rules.excluded_precisions, Precision::w8)) {
    return layers;
  }
  for (const LayerSpec& layer : space.layers()) {
    const bool free = !layer.counted || (searched_too && !layer.fixed());
    if (layer.op == "dense" && free && holds(layer.capability.precisions, Precision::w8)) {
      layers.push_back(layer.name);
    }
  }
  return layers;
}

TuningConfig with_weight_only_dense(TuningConfig config, const std::vector<std::string>& layers) {
  for (const std::string& layer : layers) {
    if (config.choice(layer).precision == Precision::fp32) {
      config.set(layer, {.precision = Precision::w8});
    }
  }
  return config;
}

void report_weight_only_dense(std::vector<LayerReport>& reports,
                              const std::vector<std::string>& layers) {
  for (LayerReport& report : reports) {
    if (report.precision == Precision::fp32 &&
        std::ranges::find(layers, report.name) != layers.end()) {
      report.precision = Precision::w8;
      report.reason =
          "8-bit weights by recipes.dense_weights_int8, activations fp32: " + report.reason;
    }
  }
}

}  // namespace caloquant
