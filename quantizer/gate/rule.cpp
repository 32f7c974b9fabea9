#include "quantizer/gate/rule.hpp"

#include <algorithm>
#include <caloquant/error.hpp>
#include <cmath>
#include <functional>
#include <limits>
#include <string_view>
#include <utility>

#include "metrics/core/jackknife.hpp"
#include "metrics/core/quantiles.hpp"
#include "ops/core/check.hpp"
#include "ops/core/number.hpp"

namespace caloquant {
namespace {

/// Degrees of freedom of a jackknife; without blocks those of the events.
double freedom_of(const LossResult& loss) {
  const double count = loss.without_block.empty()
                           ? static_cast<double>(loss.events)
                           : static_cast<double>(loss.without_block.front().size());
  return std::max(1.0, count - 1.0);
}

/// What the baseline may grow to.
double allowed(double baseline, const Tolerance& tolerance) {
  return tolerance.relative ? baseline * (1.0 + tolerance.value) : baseline + tolerance.value;
}

/// Relative errors of independent losses; that of `allowed` comes from the baseline alone.
std::optional<double> recorded_ratio_error(const LossResult& model, const LossResult& baseline,
                                           const Tolerance& tolerance) {
  if (!model.standard_error || !baseline.standard_error) {
    return std::nullopt;
  }
  const double weight = tolerance.relative ? 1.0 + tolerance.value : 1.0;
  return std::hypot(*model.standard_error / model.value,
                    weight * *baseline.standard_error / allowed(baseline.value, tolerance));
}

/// Bounds of model - baseline from those of ln(model / allowed).
void add_ratio_bounds(const LossResult& model, const LossResult& baseline,
                      const Tolerance& tolerance, bool paired, const Look& look,
                      Criterion& criterion) {
  if (!(model.value > 0.0 && baseline.value > 0.0)) {
    return;
  }
  const auto log_ratio = [&tolerance](double of_model, double of_baseline) {
    return std::log(of_model / allowed(of_baseline, tolerance));
  };
  const std::optional<double> error =
      paired ? jackknife_error_of_both(model.without_block, baseline.without_block, log_ratio)
             : recorded_ratio_error(model, baseline, tolerance);
  if (!error || !std::isfinite(*error)) {
    return;
  }
  const double freedom = freedom_of(model);
  const auto bound = [&](double sigmas) {
    return model.value * std::exp(sigmas * *error) - baseline.value;
  };
  const double upper = bound(student_quantile(look.of_pass, freedom));
  const double lower = bound(-student_quantile(look.of_failure, freedom));
  criterion.upper = paired ? std::fmin(upper, criterion.upper.value_or(upper)) : upper;
  criterion.lower = paired ? std::fmax(lower, criterion.lower.value_or(lower)) : lower;
}

/// The fewest of `turns` fair coins that show heads with a chance of at most `chance`; at most all.
std::size_t sign_test(std::size_t turns, double chance) {
  double ways = 1.0;  // to show heads `heads` times
  double tail = 0.0;
  std::size_t heads = turns;
  while (heads > 0) {
    tail += ways * std::exp2(-static_cast<double>(turns));
    if (tail > chance) {
      return std::min(heads + 1, turns);
    }
    ways *= static_cast<double>(heads) / static_cast<double>(turns - heads + 1);
    --heads;
  }
  return 1;
}

}  // namespace

Tolerance parse_tolerance(const std::string& text, const std::string& option) {
  const std::string prefix = "abs:";
  Tolerance tolerance;
  tolerance.relative = text.rfind(prefix, 0) != 0;
  const std::string number = tolerance.relative ? text : text.substr(prefix.size());
  const bool percent = tolerance.relative && number.ends_with('%');
  const auto value =
      number_from(std::string_view(number).substr(0, number.size() - (percent ? 1 : 0)));
  if (!value || !(*value >= 0.0)) {
    throw UsageError(option, "'" + text + "' is no tolerance",
                     "give 0.1 or 10% of the baseline's loss, or abs:1e-5 in its units");
  }
  tolerance.value = percent ? *value / 100.0 : *value;
  return tolerance;
}

Criterion decided(Criterion criterion) {
  const double size =
      criterion.bound == Bound::within ? std::abs(criterion.value) : criterion.value;
  const double lower = criterion.lower.value_or(size);
  const double upper = criterion.upper.value_or(size);
  const bool at_least = criterion.bound == Bound::at_least;
  criterion.verdict = Verdict::undecided;
  // Written so that what is no number fails.
  if (!std::isfinite(criterion.value) || !std::isfinite(criterion.limit) ||
      !(at_least ? upper >= criterion.limit : lower <= criterion.limit)) {
    criterion.verdict = Verdict::failed;
  } else if (at_least ? lower >= criterion.limit : upper <= criterion.limit) {
    criterion.verdict = Verdict::passed;
  }
  return criterion;
}

Criterion bounded(Criterion criterion, const Look& look, double freedom) {
  if (!criterion.error) {
    return criterion;
  }
  constexpr double infinite = std::numeric_limits<double>::infinity();
  const bool within = criterion.bound == Bound::within;
  const double size = within ? std::abs(criterion.value) : criterion.value;
  const bool known = std::isfinite(*criterion.error);
  const auto away = [&](double tail) {
    return known ? student_quantile(tail, freedom) * *criterion.error : infinite;
  };
  const bool at_least = criterion.bound == Bound::at_least;
  criterion.upper = size + away(at_least ? look.of_failure : look.of_pass);
  criterion.lower = size - away(at_least ? look.of_pass : look.of_failure);
  if (within) {
    criterion.lower = std::max(*criterion.lower, 0.0);
  }
  return criterion;
}

Criterion worse_than_baseline(const LossResult& model, const LossResult& baseline,
                              bool higher_is_better, const Tolerance& tolerance, bool paired,
                              const Look& look) {
  const double sign = higher_is_better ? -1.0 : 1.0;
  Criterion criterion;
  criterion.name = higher_is_better ? "metric below the baseline's" : "loss above the baseline's";
  criterion.value = sign * (model.value - baseline.value);
  criterion.limit = tolerance.value * (tolerance.relative ? std::abs(baseline.value) : 1.0);
  criterion.remedy = "where the change is meant, make the new model's result.json the baseline";
  // value - limit = sign * (model - weight * baseline) for a relative tolerance.
  const double weight =
      tolerance.relative ? 1.0 + std::copysign(tolerance.value, sign * baseline.value) : 1.0;
  if (paired) {
    criterion.error = jackknife_error_of_both(
        model.without_block, baseline.without_block,
        [weight](double of_model, double of_baseline) { return of_model - weight * of_baseline; });
  } else if (model.value == baseline.value) {
    criterion.error = 0.0;
  } else if (model.standard_error && baseline.standard_error) {
    criterion.error = std::hypot(*model.standard_error, weight * *baseline.standard_error);
  }
  criterion = bounded(std::move(criterion), look, freedom_of(model));
  if (!higher_is_better && criterion.error != 0.0) {
    add_ratio_bounds(model, baseline, tolerance, paired, look, criterion);
  }
  return criterion;
}

Criterion speedup(const std::vector<double>& model, const std::vector<double>& fp32, double least,
                  double confidence) {
  CALOQUANT_EXPECT(model.size() == fp32.size() && model.size() == speedup_turns);
  std::vector<double> ratios(model.size());
  std::transform(model.begin(), model.end(), fp32.begin(), ratios.begin(), std::divides<>());
  std::sort(ratios.begin(), ratios.end());
  const std::size_t needed = sign_test(ratios.size(), 1.0 - confidence);
  Criterion criterion;
  criterion.name = "speedup over fp32";
  criterion.value = ratios[ratios.size() / 2];
  criterion.lower = ratios[ratios.size() - needed];
  criterion.upper = ratios[needed - 1];
  criterion.bound = Bound::at_least;
  criterion.limit = least;
  criterion.unit = GateUnit::times;
  criterion.remedy = "caloquant benchmark --per-layer tells where the time goes";
  return decided(std::move(criterion));
}

}  // namespace caloquant
