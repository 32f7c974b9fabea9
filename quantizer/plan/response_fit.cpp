#include "quantizer/plan/response_fit.hpp"

#include <algorithm>
#include <functional>
#include <utility>

#include "calibration/corrections/channel_means.hpp"
#include "quantizer/plan/fit_parameters.hpp"
#include "quantizer/plan/ridge_step.hpp"

namespace caloquant {
namespace {

constexpr std::int64_t fewest_events = 2 * static_cast<std::int64_t>(fit_folds);

/// Observes networks on the fitted events.
using Look = std::function<std::vector<Observed>(const std::vector<Graph>&)>;

/// Where the descent is.
struct FitPoint {
  std::vector<double> values;
  Observed seen;
  double objective = 0.0;
};

/// The descent of one plan. Slopes are measured where it begins, and hold for all of its steps.
class Descent {
 public:
  /// In the same pass `plan`, whose biases are not whole yet, is looked at as given().
  Descent(const Graph& fp32, const QuantPlan& plan, const FitParameters& parameters,
          const FitReference& reference, Look look)
      : fp32_(fp32), parameters_(parameters), reference_(reference), look_(std::move(look)) {
    std::vector<double> values(parameters.all().size(), 0.0);
    std::vector<Graph> graphs{apply_plan(fp32, plan), at(values)};
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] = parameters.all()[i].probe;
      graphs.push_back(at(values));
      values[i] = 0.0;
    }
    seen_ = look_(graphs);
  }

  [[nodiscard]] const Observed& given() const { return seen_[0]; }
  [[nodiscard]] double objective(const Observed& seen) const {
    return objective_of(seen.sums, from(seen));
  }

  [[nodiscard]] FitPoint run(std::size_t rounds) const {
    FitPoint best{std::vector<double>(parameters_.all().size(), 0.0), seen_[1],
                  objective(seen_[1])};
    std::vector<double> step = ridge_step(from(best.seen));
    for (std::size_t round = 0; round < rounds; ++round) {
      std::vector<double> values = best.values;
      std::transform(values.begin(), values.end(), step.begin(), values.begin(), std::plus<>());
      if (values == best.values) {
        break;
      }
      Observed seen = std::move(look_({at(values)}).front());
      const double now = objective(seen);
      if (now < best.objective) {
        best = {std::move(values), std::move(seen), now};
        step = ridge_step(from(best.seen));
      } else {
        std::transform(step.begin(), step.end(), step.begin(), [](double s) { return s / 2.0; });
      }
    }
    return best;
  }

 private:
  [[nodiscard]] Graph at(const std::vector<double>& values) const {
    return apply_plan(fp32_, parameters_.applied(values));
  }
  /// What is to be solved where `base` was seen.
  [[nodiscard]] LinearFit from(const Observed& base) const {
    LinearFit fit;
    fit.folds = fit_folds;
    fit.reference = reference_.fp32.sums;
    fit.base = base.sums;
    fit.origin = seen_[1].sums;
    fit.weights = reference_.weights;
    for (std::size_t i = 2; i < seen_.size(); ++i) {
      fit.probed.push_back(seen_[i].sums);
      fit.probes.push_back(parameters_.all()[i - 2].probe);
    }
    return fit;
  }

  const Graph& fp32_;
  const FitParameters& parameters_;
  const FitReference& reference_;
  Look look_;
  std::vector<Observed> seen_;  ///< what is given, the same with whole biases, every probe
};

}  // namespace

ResponseFitter::ResponseFitter(Graph fp32, InputFiller fill, ResponseFitOptions options)
    : fp32_(std::move(fp32)),
      fill_(std::move(fill)),
      options_(std::move(options)),
      observables_({options_.primaries, options_.extents,
                    convert_cells(fp32_.output_units(), EnergyUnits{}), options_.hit_threshold}) {
  CALOQUANT_EXPECT(static_cast<std::int64_t>(options_.primaries.size()) == options_.events.size());
}

std::vector<Observed> ResponseFitter::look(const std::vector<Graph>& graphs) const {
  return observe(graphs, observables_, fill_,
                 {options_.events, options_.batch, options_.engine, options_.progress});
}

ResponseFit ResponseFitter::fit(QuantPlan plan) {
  FitParameters parameters(fp32_, plan, options_.layers);
  ResponseFit result;
  result.plan = std::move(plan);
  if (parameters.all().empty()) {
    result.unchanged = "no convolution is quantized";
    return result;
  }
  if (options_.events.size() < fewest_events) {
    result.unchanged = "fewer than " + std::to_string(fewest_events) + " events to fit on";
    return result;
  }
  // Only the order of magnitude is needed.
  const std::int64_t some = std::min(options_.events.last, options_.events.first + 32);
  parameters.set_probes(
      channel_sizes(fp32_, {parameters.layers().begin(), parameters.layers().end()}, fill_,
                    {{options_.events.first, some}, options_.batch, options_.engine}));
  if (reference_.weights.empty()) {
    reference_ = fit_reference(observables_, std::move(look({fp32_}).front()), options_.limits);
  }
  const Descent descent(fp32_, result.plan, parameters, reference_,
                        [this](const std::vector<Graph>& graphs) { return look(graphs); });
  const FitPoint best = descent.run(options_.rounds);
  const Observed& given = descent.given();
  result.events = observables_.events();
  result.before = descent.objective(given);
  const bool better = best.objective < result.before;
  result.after = better ? best.objective : result.before;
  result.deviations =
      fitted_deviations(observables_, reference_, given, better ? best.seen : given);
  if (!better) {
    result.unchanged = "no change of these layers brings it nearer to fp32";
    return result;
  }
  QuantPlan fitted = parameters.applied(best.values);
  result.layers = fitted_layers(fp32_, parameters.layers(), result.plan, fitted);
  result.plan = std::move(fitted);
  return result;
}

}  // namespace caloquant
