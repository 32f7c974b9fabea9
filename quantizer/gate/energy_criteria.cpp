#include "quantizer/gate/energy_criteria.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "quantizer/gate/rule.hpp"

namespace caloquant {
namespace {

constexpr const char* drift_remedy =
    "it is another model than the baseline: where that is meant, make its result.json the "
    "baseline, or allow more with --max-drift";

Criterion energy_criterion(std::string name, double value, double error, double limit) {
  Criterion criterion;
  criterion.name = std::move(name);
  criterion.value = value;
  criterion.error = error;
  criterion.bound = Bound::within;
  criterion.limit = limit;
  criterion.unit = GateUnit::percent;
  criterion.remedy = drift_remedy;
  return criterion;
}

}  // namespace

std::vector<Criterion> drift_criteria(std::span<const EnergyResponse> response, double max_drift,
                                      const Look& look) {
  Look shared = look;
  shared.of_failure /= static_cast<double>(std::max<std::size_t>(response.size(), 1));
  std::vector<Criterion> criteria;
  for (const EnergyResponse& bin : response) {
    const double freedom = std::max(1.0, static_cast<double>(bin.events) - 1.0);
    criteria.push_back(bounded(energy_criterion("energy drift, " + bin.bin, bin.ratio - 1.0,
                                                bin.standard_error, max_drift),
                               shared, freedom));
  }
  return criteria;
}

std::optional<Criterion> recorded_drift(std::span<const EnergyResponse> response,
                                        std::span<const EnergyResponse> recorded, double max_drift,
                                        const Look& look) {
  if (response.empty() || response.size() != recorded.size()) {
    return std::nullopt;
  }
  double weights = 0.0;
  double sum = 0.0;
  bool equal = true;
  double freedom = 1.0;
  for (std::size_t bin = 0; bin < response.size(); ++bin) {
    const double variance =
        std::pow(response[bin].standard_error, 2) + std::pow(recorded[bin].standard_error, 2);
    if (response[bin].bin != recorded[bin].bin || !(variance > 0.0)) {
      return std::nullopt;
    }
    weights += 1.0 / variance;
    sum += (response[bin].ratio - recorded[bin].ratio) / variance;
    equal = equal && response[bin].ratio == recorded[bin].ratio;
    freedom = std::max(freedom, static_cast<double>(response[bin].events) - 1.0);
  }
  return bounded(energy_criterion("energy drift from the recorded one", equal ? 0.0 : sum / weights,
                                  equal ? 0.0 : 1.0 / std::sqrt(weights), max_drift),
                 look, freedom);
}

}  // namespace caloquant
