#include "quantizer/search/strategy/cost.hpp"

#include <algorithm>
#include <caloquant/error.hpp>
#include <cmath>
#include <string>

namespace caloquant {
namespace {

LayerCost nominal(Precision precision) {
  switch (precision) {
    case Precision::int8:
      return {1.0, 1.0};
    case Precision::w8a16:
      return {2.0, 1.0};
    case Precision::bf16:
      return {2.5, 2.0};
    case Precision::w8:
      return {3.5, 1.0};
    case Precision::fp32:
      return {4.0, 4.0};
  }
  return {};
}

}  // namespace

LayerCost cost_of(std::string_view layer, Precision precision, const CostTable& costs) {
  const auto row = costs.find(std::string(layer));
  if (row != costs.end()) {
    const auto cost = row->second.find(precision);
    if (cost != row->second.end()) {
      return cost->second;
    }
  }
  throw ConfigError("cost table",
                    "does not say what layer '" + std::string(layer) + "' costs at " +
                        std::string(name_of(precision)),
                    "measure it again for this model and these precisions");
}

LayerCost cost_of(const TuningConfig& config, const CostTable& costs) {
  LayerCost sum;
  for (const TuningConfig::Layer& layer : config.layers()) {
    const LayerCost cost = cost_of(layer.name, layer.choice.precision, costs);
    sum.milliseconds += cost.milliseconds;
    sum.bytes += cost.bytes;
  }
  return sum;
}

double amount(const LayerCost& cost, Objective objective) {
  // Less than reading them takes anywhere: of equally fast precisions the smaller one.
  constexpr double milliseconds_per_byte = 1e-9;
  return objective == Objective::smallest ? cost.bytes
                                          : cost.milliseconds + milliseconds_per_byte * cost.bytes;
}

bool same_cost(double left, double right) {
  constexpr double rounding = 1e-12;
  if (std::isinf(left) || std::isinf(right)) {
    return left == right;
  }
  return std::abs(left - right) <= rounding * std::max(std::abs(left), std::abs(right));
}

CostTable nominal_costs(const TuningSpace& space) {
  CostTable costs;
  for (const LayerSpec& layer : space.layers()) {
    if (!layer.counted) {
      continue;
    }
    costs[layer.name][Precision::fp32] = nominal(Precision::fp32);
    for (const Precision precision : layer.searched.precisions) {
      costs[layer.name][precision] = nominal(precision);
    }
  }
  return costs;
}

}  // namespace caloquant
