#include "quantizer/gate/energy_criteria.hpp"

#include <cmath>
#include <string>

namespace caloquant {
namespace {

Criterion energy_criterion(std::string name, double value, double error, double limit) {
  Criterion criterion;
  criterion.name = std::move(name);
  criterion.value = value;
  criterion.error = error;
  criterion.bound = Bound::within;
  criterion.limit = limit;
  criterion.unit = GateUnit::percent;
  return criterion;
}

constexpr const char* drift_remedy =
    "it is another model than the baseline: where that is meant, make its result.json the "
    "baseline, or allow more with --max-drift";

}  // namespace

std::vector<Criterion> response_criteria(std::span<const EnergyResponse> response,
                                         const AccuracyCriterion& accuracy) {
  std::vector<Criterion> criteria;
  if (!accuracy.physics.energy_response) {
    return criteria;
  }
  for (const EnergyResponse& bin : response) {
    criteria.push_back(energy_criterion("energy against fp32, " + bin.bin, bin.ratio - 1.0,
                                        bin.standard_error, *accuracy.physics.energy_response));
    criteria.back().remedy = "quantize again, or allow more in accuracy_criterion.energy_response";
  }
  return criteria;
}

std::vector<Criterion> drift_criteria(std::span<const EnergyResponse> response, double max_drift) {
  std::vector<Criterion> criteria;
  for (const EnergyResponse& bin : response) {
    criteria.push_back(energy_criterion("energy drift, " + bin.bin, bin.ratio - 1.0,
                                        bin.standard_error, max_drift));
    criteria.back().remedy = drift_remedy;
  }
  return criteria;
}

std::optional<Criterion> recorded_drift(std::span<const EnergyResponse> response,
                                        std::span<const EnergyResponse> recorded,
                                        double max_drift) {
  if (response.empty() || response.size() != recorded.size()) {
    return std::nullopt;
  }
  double weights = 0.0;
  double sum = 0.0;
  for (std::size_t bin = 0; bin < response.size(); ++bin) {
    const double variance =
        std::pow(response[bin].standard_error, 2) + std::pow(recorded[bin].standard_error, 2);
    if (response[bin].bin != recorded[bin].bin || !(variance > 0.0)) {
      return std::nullopt;
    }
    weights += 1.0 / variance;
    sum += (response[bin].ratio - recorded[bin].ratio) / variance;
  }
  Criterion criterion = energy_criterion("energy drift from the recorded one", sum / weights,
                                         1.0 / std::sqrt(weights), max_drift);
  criterion.remedy = drift_remedy;
  return criterion;
}

}  // namespace caloquant
