#include "quantizer/gate/measured_criteria.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <string_view>

namespace caloquant {
namespace {

/// How a measure is written, and which key of accuracy_criterion limits it.
struct MeasureKind {
  std::string_view name;  ///< what its name begins with
  std::string_view key;
  GateUnit unit;
};

constexpr std::array measure_kinds{
    MeasureKind{"loss", "tolerable_loss", GateUnit::number},
    MeasureKind{"energy response", "energy_response", GateUnit::percent},
    MeasureKind{"x profile", "profile_error", GateUnit::percent},
    MeasureKind{"y profile", "profile_error", GateUnit::percent},
    MeasureKind{"z profile", "profile_error", GateUnit::percent},
    MeasureKind{"hits", "hits", GateUnit::percent},
    MeasureKind{"resolution", "resolution", GateUnit::percent},
    MeasureKind{"layer ratio", "layer_ratios", GateUnit::number},
    MeasureKind{"W1", "w1_energy", GateUnit::percent},
    MeasureKind{"FPD", "fpd", GateUnit::number},
};

std::optional<double> known(double value) {
  return std::isnan(value) ? std::nullopt : std::optional(value);
}

Criterion criterion_of(const Measure& measure) {
  Criterion criterion;
  criterion.name = measure.name;
  criterion.value = measure.value;
  criterion.error = known(measure.standard_error);
  criterion.lower = known(measure.lower);
  criterion.upper = known(measure.upper);
  criterion.bound = measure.one_sided ? Bound::at_most : Bound::within;
  criterion.limit = measure.limit;
  criterion.verdict = measure.verdict();
  criterion.remedy = "quantize again, or allow more";
  const auto* const kind = std::ranges::find_if(measure_kinds, [&](const MeasureKind& known_kind) {
    return measure.name.starts_with(known_kind.name);
  });
  if (kind != measure_kinds.end()) {
    criterion.unit = kind->unit;
    criterion.remedy += " in accuracy_criterion." + std::string(kind->key);
  }
  return criterion;
}

}  // namespace

std::vector<Criterion> criteria_of(const ModelQuality& quality, const AccuracyCriterion& accuracy,
                                   double target) {
  std::vector<Criterion> criteria;
  for (const Measure& measure : quality.measures) {
    criteria.push_back(criterion_of(measure));
    if (measure.name == "loss" && accuracy.higher_is_better) {
      // The measure is the error that belongs to the value: bounds have other units.
      Criterion& metric = criteria.back();
      metric.name = "metric";
      metric.value = quality.loss.value;
      metric.bound = Bound::at_least;
      metric.limit = target;
      metric.lower.reset();
      metric.upper.reset();
    }
  }
  return criteria;
}

}  // namespace caloquant
