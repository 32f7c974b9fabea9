#include "quantizer/gate/rule.hpp"

#include <algorithm>
#include <caloquant/error.hpp>
#include <cmath>
#include <string_view>

#include "metrics/core/jackknife.hpp"
#include "ops/core/check.hpp"
#include "ops/core/number.hpp"

namespace caloquant {
namespace {

double excess_of(const Criterion& criterion) {
  switch (criterion.bound) {
    case Bound::at_most:
      return criterion.value - criterion.limit;
    case Bound::at_least:
      return criterion.limit - criterion.value;
    case Bound::within:
      return std::abs(criterion.value) - criterion.limit;
  }
  return 0.0;
}

/// ln(loss / limit) over its standard error: a loss is a sum of squares, whose error grows with it,
/// so that (loss - limit) / error would say little of a loss far beyond its limit. Infinite for a
/// limit of 0, which nothing but 0 is within.
double sigmas_of_ratio(double ratio, double relative_error) {
  return std::log(ratio) / relative_error;
}

/// The larger one; of a number and of what is none (a loss of 0 has no logarithm) the number.
std::optional<double> larger_of(double a, double b) {
  const double larger = std::fmax(a, b);
  return std::isnan(larger) ? std::nullopt : std::optional(larger);
}

/// What the baseline may grow to.
double allowed(double baseline, const Tolerance& tolerance) {
  return tolerance.relative ? baseline * (1.0 + tolerance.value) : baseline + tolerance.value;
}

/// Standard error of combine(model, baseline) on the same events; empty where one of them has no
/// blocks.
template <typename Combine>
std::optional<double> paired_error(const LossResult& model, const LossResult& baseline,
                                   Combine&& combine) {
  if (model.without_block.size() != baseline.without_block.size()) {
    return std::nullopt;
  }
  std::vector<std::vector<double>> combined = model.without_block;
  for (std::size_t sample = 0; sample < combined.size(); ++sample) {
    const std::vector<double>& of_baseline = baseline.without_block[sample];
    if (combined[sample].size() != of_baseline.size()) {
      return std::nullopt;
    }
    std::ranges::transform(combined[sample], of_baseline, combined[sample].begin(), combine);
  }
  return jackknife_error(combined);
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

Criterion decided(Criterion criterion, double sigmas) {
  const double excess = excess_of(criterion);
  if (!std::isfinite(criterion.value)) {
    criterion.verdict = Verdict::failed;
  } else if (excess <= 0.0) {
    criterion.verdict = Verdict::passed;
  } else {
    // Written so that what is no number fails.
    const bool within_noise = criterion.sigmas_beyond
                                  ? *criterion.sigmas_beyond <= sigmas
                                  : criterion.error && excess <= sigmas * *criterion.error;
    criterion.verdict = within_noise ? Verdict::undecided : Verdict::failed;
  }
  return criterion;
}

Criterion worse_than_baseline(const LossResult& model, const LossResult& baseline,
                              bool higher_is_better, const Tolerance& tolerance, bool paired) {
  const double sign = higher_is_better ? -1.0 : 1.0;
  Criterion criterion;
  criterion.name = "loss above the baseline's";
  criterion.value = sign * (model.value - baseline.value);
  criterion.limit = tolerance.value * (tolerance.relative ? std::abs(baseline.value) : 1.0);
  criterion.remedy = "where the change is meant, make the new model's result.json the baseline";
  if (higher_is_better) {
    criterion.name = "metric below the baseline's";
  }
  // value - limit = sign * (model - weight * baseline) for a relative tolerance.
  const double weight =
      tolerance.relative ? 1.0 + std::copysign(tolerance.value, sign * baseline.value) : 1.0;
  if (paired) {
    criterion.error = paired_error(model, baseline, [weight](double of_model, double of_baseline) {
      return of_model - weight * of_baseline;
    });
  } else if (model.standard_error && baseline.standard_error) {
    criterion.error = std::hypot(*model.standard_error, weight * *baseline.standard_error);
  }
  if (!higher_is_better && model.value > 0.0 && baseline.value > 0.0) {
    const auto log_ratio = [&tolerance](double of_model, double of_baseline) {
      return std::log(of_model / allowed(of_baseline, tolerance));
    };
    const std::optional<double> error = paired ? paired_error(model, baseline, log_ratio)
                                               : recorded_ratio_error(model, baseline, tolerance);
    if (error) {
      const double of_ratio =
          sigmas_of_ratio(model.value / allowed(baseline.value, tolerance), *error);
      const double of_difference =
          paired ? excess_of(criterion) / criterion.error.value_or(*error) : of_ratio;
      criterion.sigmas_beyond = larger_of(of_ratio, of_difference);
    }
  }
  return criterion;
}

Criterion loss_within(const LossResult& loss, double limit, bool higher_is_better) {
  Criterion criterion;
  criterion.name = higher_is_better ? "metric" : "loss";
  criterion.value = loss.value;
  criterion.error = loss.standard_error;
  criterion.bound = higher_is_better ? Bound::at_least : Bound::at_most;
  criterion.limit = limit;
  if (!higher_is_better && limit >= 0.0 && loss.value > 0.0 && loss.standard_error) {
    const double of_ratio = sigmas_of_ratio(loss.value / limit, *loss.standard_error / loss.value);
    criterion.sigmas_beyond = larger_of(of_ratio, of_ratio);
  }
  return criterion;
}

Criterion speedup(const std::vector<double>& model, const std::vector<double>& fp32, double least) {
  CALOQUANT_EXPECT(model.size() == fp32.size() && model.size() == speedup_turns);
  std::vector<double> ratios(model.size());
  std::transform(model.begin(), model.end(), fp32.begin(), ratios.begin(), std::divides<>());
  std::sort(ratios.begin(), ratios.end());
  Criterion criterion;
  criterion.name = "speedup over fp32";
  criterion.value = ratios[ratios.size() / 2];
  criterion.range = {ratios[1], ratios[ratios.size() - 2]};
  criterion.bound = Bound::at_least;
  criterion.limit = least;
  criterion.unit = GateUnit::times;
  criterion.remedy = "caloquant benchmark --per-layer tells where the time goes";
  if (!(criterion.value >= least)) {
    criterion.verdict = criterion.range->second >= least ? Verdict::undecided : Verdict::failed;
  }
  return criterion;
}

}  // namespace caloquant
