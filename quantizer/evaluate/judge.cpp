#include "quantizer/evaluate/judge.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "metrics/core/jackknife.hpp"
#include "metrics/core/quantiles.hpp"
#include "ops/core/check.hpp"

namespace caloquant {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

/// Student's t at one chance; parts share few degrees of freedom.
class Quantile {
 public:
  explicit Quantile(double tail) : tail_(tail) {}
  double operator()(double freedom) {
    const auto [entry, fresh] = known_.try_emplace(freedom, 0.0);
    if (fresh) {
      entry->second = student_quantile(tail_, freedom);
    }
    return entry->second;
  }

 private:
  double tail_;
  std::map<double, double> known_;
};

double jackknife_freedom(const LossResult& loss) {
  if (loss.without_block.empty()) {
    return infinite;
  }
  return std::max(1.0, static_cast<double>(loss.without_block.front().size()) - 1.0);
}

double quantile(double tail, double freedom) {
  return std::isinf(freedom) ? normal_quantile(tail) : student_quantile(tail, freedom);
}

/// Standard error of model - weight * baseline.
std::optional<double> difference_error(const LossResult& model, const LossResult& baseline,
                                       double weight) {
  return jackknife_error_of_both(model.without_block, baseline.without_block,
                                 [weight](double a, double b) { return a - weight * b; });
}

/// How fast the target grows with the baseline.
double weight_of_baseline(const AccuracyCriterion& accuracy, double baseline) {
  switch (accuracy.kind) {
    case CriterionKind::limit:
      return 0.0;
    case CriterionKind::absolute:
      return 1.0;
    case CriterionKind::relative:
      return 1.0 + std::copysign(accuracy.tolerable_loss,
                                 accuracy.higher_is_better ? -baseline : baseline);
  }
  return 0.0;
}

std::string threshold_text(double threshold) {
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "hits > %g GeV", threshold);
  return text.data();
}

/// A deviation as one measure, which stands for its worst part; `parts`: of all criteria.
Measure pooled(const Deviation& deviation, double limit, Quantile& of_pass, Quantile& of_failure) {
  Measure measure{deviation.name, 0.0, limit, 0.0, 0.0, 0.0};
  for (const Deviation::Part& part : deviation.parts) {
    const double size = std::abs(part.value);
    const bool known = std::isfinite(part.error);
    const double upper = known ? size + of_pass(part.freedom) * part.error : infinite;
    const double lower = known ? std::max(size - of_failure(part.freedom) * part.error, 0.0) : 0.0;
    if (!(size <= std::abs(measure.value))) {  // also what is no number
      measure.value = part.value;
      measure.standard_error = part.error;
    }
    measure.upper = std::fmax(measure.upper, upper);
    measure.lower = std::fmax(measure.lower, lower);
    if (!std::isfinite(size)) {
      measure.value = part.value;
      return measure;
    }
  }
  return measure;
}

/// Each part as a measure of its own.
void add_parts(const Deviation& deviation, double limit, Quantile& of_pass, Quantile& of_failure,
               std::vector<Measure>& measures) {
  for (const Deviation::Part& part : deviation.parts) {
    std::string name = deviation.name;
    if (!part.where.empty()) {
      name += (part.where.front() == 'R' ? " " : " at ") + part.where;
    }
    measures.push_back(pooled({std::move(name), {part}}, limit, of_pass, of_failure));
  }
}

struct Asked {
  Deviation deviation;
  double limit = 0.0;
  bool pooled = false;
};

std::vector<Asked> asked_of(const CriteriaPair& pair, const PhysicsCriteria& limits,
                            std::uint64_t seed) {
  std::vector<Asked> asked;
  if (limits.energy_response) {
    asked.push_back({pair.energy_response(), *limits.energy_response, false});
  }
  if (limits.profile_error) {
    for (Deviation& axis : pair.profile_errors()) {
      asked.push_back({std::move(axis), *limits.profile_error, true});
    }
  }
  if (limits.hits) {
    asked.push_back({pair.hits(), *limits.hits, false});
    asked.back().deviation.name = threshold_text(limits.hit_threshold);
  }
  if (limits.resolution) {
    asked.push_back({pair.resolution(), *limits.resolution, false});
  }
  if (limits.layer_ratios) {
    asked.push_back({pair.layer_ratios(), *limits.layer_ratios, false});
  }
  if (limits.w1_energy) {
    asked.push_back({pair.w1_energy(), *limits.w1_energy, false});
  }
  if (limits.fpd) {
    asked.push_back({pair.frechet(seed), *limits.fpd, false});
    if (asked.back().deviation.parts.empty()) {  // too few events: not known yet
      asked.back().deviation.parts.push_back(
          {"", 0.0, std::numeric_limits<double>::quiet_NaN(), 1.0});
    }
  }
  return asked;
}

}  // namespace

std::vector<Look> growing_looks(std::size_t most, std::size_t also, double confidence) {
  std::set<std::size_t> sizes{most};
  for (std::size_t events = first_look; events < most; events *= 2) {
    sizes.insert(events);
  }
  if (also > 0 && also < most) {
    sizes.insert(also);
  }
  const double shares = std::exp2(static_cast<double>(sizes.size())) - 1.0;
  double share = 1.0;
  std::vector<Look> looks;
  for (const std::size_t events : sizes) {
    const double chance = (1.0 - confidence) * share / shares;
    looks.push_back({events, chance, chance});
    share *= 2.0;
  }
  return looks;
}

Look only_look(std::size_t events, const AccuracyCriterion& accuracy) {
  const double chance = accuracy.criteria == Criteria::loss_only ? 0.5 : 1.0 - accuracy.confidence;
  return {events, chance, chance};
}

Measure loss_measure(const LossResult& loss, const Target& target, const Look& look,
                     const std::function<double(double)>& error_of) {
  Measure measure{"loss", error_of(loss.value), error_of(target.loss)};
  measure.one_sided = true;
  std::optional<double> error = loss.standard_error;
  bool logarithmic = !target.accuracy.higher_is_better && loss.value > 0.0 && target.loss > 0.0;
  if (target.baseline) {
    const double weight = weight_of_baseline(target.accuracy, target.baseline->value);
    if (const auto of_difference = difference_error(loss, *target.baseline, weight)) {
      error = of_difference;
      logarithmic = logarithmic && weight == 0.0;
    }
  }
  if (!error || !std::isfinite(*error) || !std::isfinite(loss.value)) {
    return measure;
  }
  measure.standard_error = *error;
  if (look.of_pass >= 0.5) {
    return measure;
  }
  const double freedom = jackknife_freedom(loss);
  const double up = quantile(look.of_pass, freedom) * *error;
  const double down = quantile(look.of_failure, freedom) * *error;
  if (target.accuracy.higher_is_better) {
    measure.upper = error_of(loss.value - up);
    measure.lower = error_of(loss.value + down);
  } else if (logarithmic) {
    measure.upper = error_of(loss.value * std::exp(up / loss.value));
    measure.lower = error_of(loss.value * std::exp(-down / loss.value));
  } else {
    measure.upper = error_of(loss.value + up);
    measure.lower = error_of(loss.value - down);
  }
  return measure;
}

std::optional<Measure> loss_difference(const LossResult& loss, const Target& target,
                                       const Look& look) {
  if (!target.baseline) {
    return std::nullopt;
  }
  Measure measure{"loss against FP32's", loss.value - target.baseline->value,
                  std::abs(target.loss - target.baseline->value)};
  const auto error = difference_error(loss, *target.baseline, 1.0);
  if (error && look.of_pass < 0.5) {
    const double freedom = jackknife_freedom(loss);
    const double size = std::abs(measure.value);
    measure.standard_error = *error;
    measure.upper = size + quantile(look.of_pass, freedom) * *error;
    measure.lower = std::max(size - quantile(look.of_failure, freedom) * *error, 0.0);
  }
  return measure;
}

std::vector<Measure> physics_measures(const CriteriaPair& pair, const PhysicsCriteria& limits,
                                      const Look& look, std::uint64_t seed) {
  const std::vector<Asked> asked = asked_of(pair, limits, seed);
  std::size_t parts = 0;
  for (const Asked& one : asked) {
    parts += one.deviation.parts.size();
  }
  Quantile of_pass(look.of_pass);
  Quantile of_failure(look.of_failure / static_cast<double>(std::max<std::size_t>(parts, 1)));
  std::vector<Measure> measures;
  for (const Asked& one : asked) {
    if (one.pooled) {
      measures.push_back(pooled(one.deviation, one.limit, of_pass, of_failure));
    } else {
      add_parts(one.deviation, one.limit, of_pass, of_failure, measures);
    }
  }
  if (const std::uint64_t cells = pair.cells_not_finite(); cells > 0) {
    measures.push_back({"cells that are not finite", static_cast<double>(cells), 0.0});
  }
  return measures;
}

}  // namespace caloquant
