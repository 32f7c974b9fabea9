#include "quantizer/search/tune/layer_report.hpp"

#include <algorithm>

namespace caloquant {
namespace {

/// The trial that added `layer` on the way to `best`: the one that had fallen back as far as this
/// layer in the order of `best`, and was otherwise the same.
std::size_t fallback_step(const History& trials, const Trial& best, const std::string& layer) {
  const std::vector<std::string>& order = best.proposal.fallbacks;
  const auto end = std::ranges::find(order, layer);
  if (end == order.end()) {
    return best.step;
  }
  const std::vector<std::string> path(order.begin(), end + 1);
  for (const Trial& trial : trials) {
    // Layers that had not fallen back yet must be the only difference.
    const auto same_or_later = [&](const TuningConfig::Layer& own) {
      return best.proposal.config.choice(own.name) == own.choice ||
             std::find(end + 1, order.end(), own.name) != order.end();
    };
    if (trial.proposal.fallbacks.size() == path.size() &&
        std::ranges::is_permutation(trial.proposal.fallbacks, path) &&
        std::ranges::all_of(trial.proposal.config.layers(), same_or_later)) {
      return trial.step;
    }
  }
  return best.step;
}

}  // namespace

std::vector<LayerReport> report_layers(const TuningSpace& space, const TuneResult& result) {
  std::vector<LayerReport> reports;
  for (const LayerSpec& layer : space.layers()) {
    LayerReport report{layer.name, layer.op, Precision::fp32, layer.fixed_reason};
    if (!layer.fixed() && !result.best) {
      report.reason = "no configuration could be evaluated";
    } else if (!layer.fixed()) {
      const Trial& best = result.trials[*result.best];
      report.precision = best.proposal.config.choice(layer.name).precision;
      if (report.precision == Precision::fp32) {
        report.reason =
            "fell back at step " + std::to_string(fallback_step(result.trials, best, layer.name));
      }
    }
    reports.push_back(std::move(report));
  }
  return reports;
}

}  // namespace caloquant
