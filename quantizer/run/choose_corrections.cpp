#include "quantizer/run/choose_corrections.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace caloquant {
namespace {

/// The values that a correction may take, the one without it first.
std::vector<bool> values_of(CorrectionMode mode, bool may_try) {
  const CorrectionOptions options = options_of(mode, may_try);
  std::vector<bool> values;
  if (options.without) {
    values.push_back(false);
  }
  if (options.with) {
    values.push_back(true);
  }
  return values;
}

}  // namespace

ProbeResult probe_result(const ModelQuality& quality) {
  const bool has_limit = !quality.measures.empty() && quality.measures.front().limit > 0.0;
  return {quality.loss.value, has_limit ? worst_ratio(quality.measures) : quality.loss.error};
}

CorrectionOptions options_of(CorrectionMode mode, bool may_try) {
  return {mode != CorrectionMode::on,
          mode == CorrectionMode::on || (mode == CorrectionMode::automatic && may_try)};
}

TuningConfig correction_probe(const TuningSpace& space) {
  TuningConfig config;
  for (const LayerSpec& layer : space.layers()) {
    if (!layer.counted) {
      continue;
    }
    LayerChoice choice;
    if (!layer.fixed()) {
      choice.precision = layer.searched.precisions.front();
      for (const Precision precision : {Precision::w8a16, Precision::w8}) {
        if (std::ranges::find(layer.searched.precisions, precision) !=
            layer.searched.precisions.end()) {
          choice.precision = precision;
          break;
        }
      }
    }
    config.set(layer.name, choice);
  }
  return config;
}

CorrectionChoice choose_corrections(
    const QuantizationConfig& config, bool may_try, const StatisticsTable* statistics,
    const std::function<std::vector<ProbeResult>(const std::vector<Corrections>&)>& probe) {
  std::vector<Corrections> combinations;
  for (const bool reconstruct : values_of(config.weight_reconstruction, may_try)) {
    for (const bool bias : values_of(config.bias_correction, may_try)) {
      combinations.push_back({bias, reconstruct, statistics});
    }
  }
  CorrectionChoice choice;
  if (combinations.size() == 1) {
    choice.corrections = combinations.front();
    return choice;
  }
  const std::vector<ProbeResult> results = probe(combinations);
  std::size_t best = 0;  // the simplest, unless another one is better
  for (std::size_t i = 0; i < combinations.size(); ++i) {
    choice.trials.push_back({.bias_correction = combinations[i].bias,
                             .weight_reconstruction = combinations[i].reconstruct,
                             .loss = results[i].loss});
    best = results[i].worst_ratio < results[best].worst_ratio ? i : best;
  }
  choice.trials[best].kept = true;
  choice.corrections = combinations[best];
  return choice;
}

}  // namespace caloquant
