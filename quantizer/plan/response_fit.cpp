#include "quantizer/plan/response_fit.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

#include "calibration/corrections/channel_means.hpp"
#include "quantizer/plan/fit_parameters.hpp"
#include "quantizer/plan/ridge_step.hpp"

namespace caloquant {
namespace {

constexpr std::int64_t fewest_events = 2 * static_cast<std::int64_t>(fit_folds);
/// Deviations of the energy that shifts of the last layers do not repair (ABLATIONS.md): the passes
/// for the slopes are saved.
constexpr double beyond_repair = 0.2;

/// Observes networks on the fitted events.
using FitLook = std::function<std::vector<Observed>(const std::vector<Graph>&)>;

/// Where the descent is.
struct FitPoint {
  std::vector<double> values;
  Observed seen;
  double objective = 0.0;
};

/// The descent of one plan.
class Descent {
 public:
  /// In the first pass `plan`, whose biases are not whole yet, is looked at as given().
  Descent(const Graph& fp32, const QuantPlan& plan, const FitParameters& parameters,
          const FitReference& reference, FitLook look)
      : fp32_(fp32), parameters_(parameters), reference_(reference), look_(std::move(look)) {
    std::vector<Graph> graphs = probed_at(std::vector<double>(parameters.all().size(), 0.0));
    graphs.push_back(apply_plan(fp32, plan));
    slopes_ = look_(graphs);
    given_ = std::move(slopes_.back());
    slopes_.pop_back();
  }

  [[nodiscard]] const Observed& given() const { return given_; }
  [[nodiscard]] double objective(const Observed& seen) const {
    return objective_of(seen.sums, linear());
  }

  [[nodiscard]] FitPoint run(std::size_t rounds) {
    FitPoint best{std::vector<double>(parameters_.all().size(), 0.0), slopes_[0],
                  objective(slopes_[0])};
    std::vector<double> step = ridge_step(linear());
    for (std::size_t round = 0; round < rounds; ++round) {
      std::vector<double> values = best.values;
      std::transform(values.begin(), values.end(), step.begin(), values.begin(), std::plus<>());
      if (values == best.values) {
        break;
      }
      const bool last = round + 1 == rounds;
      std::vector<Observed> seen = look_(last ? std::vector{at(values)} : probed_at(values));
      const double now = objective(seen[0]);
      if (now < best.objective) {
        best = {std::move(values), seen[0], now};
        slopes_ = std::move(seen);
        step = last ? std::vector<double>(step.size(), 0.0) : ridge_step(linear());
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
  /// At these values, and with each parameter changed by its probe.
  [[nodiscard]] std::vector<Graph> probed_at(const std::vector<double>& values) const {
    std::vector<Graph> graphs{at(values)};
    for (std::size_t i = 0; i < values.size(); ++i) {
      std::vector<double> changed = values;
      changed[i] += parameters_.all()[i].probe;
      graphs.push_back(at(changed));
    }
    return graphs;
  }
  /// What is to be solved where slopes were measured.
  [[nodiscard]] LinearFit linear() const {
    LinearFit fit;
    fit.folds = fit_folds;
    fit.reference = reference_.fp32.sums;
    fit.base = slopes_[0].sums;
    fit.weights = reference_.weights;
    for (std::size_t i = 1; i < slopes_.size(); ++i) {
      fit.probed.push_back(slopes_[i].sums);
      fit.probes.push_back(parameters_.all()[i - 1].probe);
    }
    return fit;
  }

  const Graph& fp32_;
  const FitParameters& parameters_;
  const FitReference& reference_;
  FitLook look_;
  Observed given_;
  std::vector<Observed> slopes_;  ///< of probed_at()
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
  parameters.set_probes(channel_sizes(
      fp32_, {parameters.layers().begin(), parameters.layers().end()}, fill_,
      {{options_.events.first, some}, options_.batch, options_.engine, options_.progress}));
  if (reference_.weights.empty()) {
    reference_ = fit_reference(observables_, std::move(look({fp32_}).front()), options_.limits);
  }
  const Observed as_it_is = std::move(look({apply_plan(fp32_, result.plan)}).front());
  const auto deviations = fitted_deviations(observables_, reference_, as_it_is, as_it_is);
  if (std::ranges::any_of(deviations, [](const FittedDeviation& deviation) {
        return deviation.standard_error && !(std::abs(deviation.before) <= beyond_repair);
      })) {
    result.unchanged = "its energy is too far from fp32 for shifts of the last layers";
    return result;
  }
  Descent descent(fp32_, result.plan, parameters, reference_,
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
