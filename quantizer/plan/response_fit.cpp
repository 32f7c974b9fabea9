#include "quantizer/plan/response_fit.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <numeric>
#include <utility>

#include "metrics/physics/statistics.hpp"
#include "quantizer/plan/fit_observables.hpp"
#include "quantizer/plan/fit_parameters.hpp"
#include "quantizer/plan/ridge_step.hpp"

namespace caloquant {
namespace {

/// Adds the squares of `events` values [C, places] to sums [C].
void add_squares(std::span<const float> values, std::size_t events, std::vector<double>& sums) {
  const std::size_t places = values.size() / events / sums.size();
  const auto square_sum = [](double sum, float value) {
    return sum + static_cast<double>(value) * static_cast<double>(value);
  };
  for (std::size_t i = 0; i < events * sums.size(); ++i) {
    double& sum = sums[i % sums.size()];
    const auto channel = values.subspan(i * places, places);
    sum = std::accumulate(channel.begin(), channel.end(), sum, square_sum);
  }
}

/// Root of the mean square of every channel of the layers' sums in fp32, by layer.
std::map<std::string, std::vector<double>> channel_sizes(const Graph& fp32,
                                                         std::span<const std::string> layers,
                                                         const InputFiller& fill,
                                                         const ResponseFitOptions& options) {
  constexpr std::int64_t enough = 32;  // events: only the order of magnitude is needed
  std::vector<SweptValue> values;
  std::map<std::string, std::vector<double>> sizes;
  std::vector<std::size_t> places;
  for (const std::string& layer : layers) {
    const ValueId dst = fp32.find(layer)->output;
    const Shape& shape = fp32.value(dst).shape;
    values.push_back({"dst of " + layer, dst});
    sizes[layer].assign(static_cast<std::size_t>(shape[1]), 0.0);
    places.push_back(
        static_cast<std::size_t>(element_count(Shape(shape.begin() + 2, shape.end()))));
  }
  const std::int64_t last = std::min(options.events.last, options.events.first + enough);
  const EventRange events{options.events.first, last};
  sweep_values(fp32, values, fill, {events, options.batch, options.engine, {}},
               [&](std::int64_t, std::int64_t count, std::span<const std::span<const float>> seen) {
                 const auto some = static_cast<std::size_t>(count);
                 for (std::size_t i = 0; i < layers.size(); ++i) {
                   std::vector<double>& sums = sizes[layers[i]];
                   add_squares(seen[i].first(some * sums.size() * places[i]), some, sums);
                 }
               });
  for (std::size_t i = 0; i < layers.size(); ++i) {
    for (double& size : sizes[layers[i]]) {
      size = std::sqrt(size / static_cast<double>(events.size()) / static_cast<double>(places[i]));
    }
  }
  return sizes;
}

/// One over the limit of each observable; 0 for slices outside of the fewest of their axis that
/// together hold most of the energy, and for what fp32 does not have.
std::vector<double> weights_of(const FitObservables& observables, std::span<const double> fp32,
                               const ResponseLimits& limits) {
  constexpr double most = 0.95;
  std::vector<double> sums(observables.count(), 0.0);
  for (std::size_t i = 0; i < fp32.size(); ++i) {
    sums[i % sums.size()] += fp32[i];
  }
  std::vector<double> weights(sums.size(), 0.0);
  const std::size_t bins = observables.bins().size();
  std::fill_n(weights.begin(), bins, 1.0 / limits.energy_response);
  weights.back() = 1.0 / limits.hits;
  std::size_t first = bins;
  for (const std::size_t extent : observables.spec().extents) {
    std::vector<std::size_t> slices(extent);
    std::iota(slices.begin(), slices.end(), first);
    std::stable_sort(slices.begin(), slices.end(),
                     [&](std::size_t a, std::size_t b) { return sums[a] > sums[b]; });
    const auto axis = std::span(sums).subspan(first, extent);
    const double needed = most * std::accumulate(axis.begin(), axis.end(), 0.0);
    double held = 0.0;
    for (std::size_t i = 0; i < extent && held < needed; ++i) {
      held += sums[slices[i]];
      weights[slices[i]] = 1.0 / limits.profile_error;
    }
    first += extent;
  }
  return weights;
}

/// Where the descent is.
struct FitPoint {
  std::vector<double> values;
  double objective = std::numeric_limits<double>::infinity();
  Observed seen;
};

class Fitter {
 public:
  Fitter(const Graph& fp32, const QuantPlan& plan, const InputFiller& fill,
         const ResponseFitOptions& options)
      : fp32_(fp32),
        fill_(fill),
        options_(options),
        observables_({options.primaries, options.extents,
                      convert_cells(fp32.output_units(), EnergyUnits{}), options.hit_threshold}),
        parameters_(fp32, plan, options.layers) {}

  [[nodiscard]] bool has_parameters() const { return !parameters_.all().empty(); }

  [[nodiscard]] ResponseFit fit(QuantPlan given) {
    parameters_.set_probes(channel_sizes(fp32_, parameters_.layers(), fill_, options_));
    std::vector<Observed> seen = look({fp32_, apply_plan(fp32_, given)});
    reference_ = std::move(seen[0]);
    weights_ = weights_of(observables_, reference_.sums, options_.limits);
    ResponseFit result;
    result.events = observables_.events();
    result.before = objective(seen[1]);
    const FitPoint best = descend();
    const bool better = best.objective < result.before;
    result.after = better ? best.objective : result.before;
    result.deviations = deviations_of(seen[1], better ? best.seen : seen[1]);
    if (better) {
      result.plan = parameters_.applied(best.values);
      result.layers = changes_of(given, result.plan);
    } else {
      result.plan = std::move(given);
      result.unchanged = "no change of these layers brings it nearer to fp32";
    }
    return result;
  }

 private:
  [[nodiscard]] FitPoint descend() const {
    FitPoint best;
    std::vector<double> values(parameters_.all().size(), 0.0);
    std::vector<double> step;
    for (std::size_t round = 0; round <= options_.rounds; ++round) {
      const bool last = round == options_.rounds;
      std::vector<Observed> seen = look(networks_at(values, !last));
      const double now = objective(seen[0]);
      if (now < best.objective) {
        step = last ? std::vector<double>(values.size(), 0.0) : ridge_step(linear(seen));
        best = {values, now, std::move(seen[0])};
      } else {
        std::transform(step.begin(), step.end(), step.begin(), [](double s) { return s / 2.0; });
      }
      std::transform(best.values.begin(), best.values.end(), step.begin(), values.begin(),
                     std::plus<>());
      if (values == best.values) {
        break;
      }
    }
    return best;
  }

  [[nodiscard]] std::vector<Observed> look(const std::vector<Graph>& graphs) const {
    return observe(graphs, observables_, fill_,
                   {options_.events, options_.batch, options_.engine, options_.progress});
  }
  [[nodiscard]] LinearFit nothing_probed() const {
    LinearFit fit;
    fit.folds = fit_folds;
    fit.reference = reference_.sums;
    fit.weights = weights_;
    return fit;
  }
  [[nodiscard]] double objective(const Observed& seen) const {
    return objective_of(seen.sums, nothing_probed());
  }
  /// At these values, and with each parameter changed by its probe.
  [[nodiscard]] std::vector<Graph> networks_at(const std::vector<double>& values,
                                               bool probed) const {
    std::vector<Graph> graphs{apply_plan(fp32_, parameters_.applied(values))};
    for (std::size_t i = 0; probed && i < values.size(); ++i) {
      std::vector<double> changed = values;
      changed[i] += parameters_.all()[i].probe;
      graphs.push_back(apply_plan(fp32_, parameters_.applied(changed)));
    }
    return graphs;
  }
  /// `seen`: of networks_at(), probed.
  [[nodiscard]] LinearFit linear(const std::vector<Observed>& seen) const {
    LinearFit fit = nothing_probed();
    fit.base = seen[0].sums;
    for (std::size_t i = 1; i < seen.size(); ++i) {
      fit.probed.push_back(seen[i].sums);
      fit.probes.push_back(parameters_.all()[i - 1].probe);
    }
    return fit;
  }

  [[nodiscard]] std::vector<FittedDeviation> deviations_of(const Observed& before,
                                                           const Observed& after) const;
  [[nodiscard]] std::vector<FittedLayer> changes_of(const QuantPlan& before,
                                                    const QuantPlan& after) const;

  const Graph& fp32_;
  const InputFiller& fill_;
  const ResponseFitOptions& options_;
  FitObservables observables_;
  FitParameters parameters_;
  Observed reference_;
  std::vector<double> weights_;
};

/// Sum over folds, over that of the reference, minus 1.
double deviation(const Observed& seen, const Observed& reference, std::size_t observable) {
  const std::size_t count = seen.sums.size() / fit_folds;
  double sum = 0.0;
  double wanted = 0.0;
  for (std::size_t fold = 0; fold < fit_folds; ++fold) {
    sum += seen.sums[fold * count + observable];
    wanted += reference.sums[fold * count + observable];
  }
  return sum / wanted - 1.0;
}

std::vector<FittedDeviation> Fitter::deviations_of(const Observed& before,
                                                   const Observed& after) const {
  std::vector<FittedDeviation> all;
  const std::span<const EnergyBin> bins = observables_.bins();
  for (std::size_t i = 0; i < bins.size(); ++i) {
    std::vector<double> fp32;
    std::vector<double> model;
    for (std::size_t event = 0; event < options_.primaries.size(); ++event) {
      if (bins[i].contains(options_.primaries[event])) {
        fp32.push_back(reference_.totals[event]);
        model.push_back(after.totals[event]);
      }
    }
    all.push_back({"energy response at " + bins[i].name, deviation(before, reference_, i),
                   deviation(after, reference_, i), ratio_of_means(fp32, model, true).error});
  }
  std::size_t first = bins.size();
  for (std::size_t axis = 0; axis < 3; ++axis) {
    FittedDeviation worst{std::string(1, "xyz"[axis]) + " profile", 0.0, 0.0, {}};
    for (std::size_t i = first; i < first + options_.extents[axis]; ++i) {
      if (weights_[i] > 0.0) {
        worst.before = std::max(worst.before, std::fabs(deviation(before, reference_, i)));
        worst.after = std::max(worst.after, std::fabs(deviation(after, reference_, i)));
      }
    }
    all.push_back(worst);
    first += options_.extents[axis];
  }
  all.push_back(
      {"hits", deviation(before, reference_, first), deviation(after, reference_, first), {}});
  return all;
}

std::vector<FittedLayer> Fitter::changes_of(const QuantPlan& before, const QuantPlan& after) const {
  std::vector<FittedLayer> changes;
  for (const std::string& name : parameters_.layers()) {
    const LayerPlan& was = before.layers.at(name);
    const LayerPlan& is = after.layers.at(name);
    const Tensor* old = was.bias ? was.bias.get() : fp32_.constant(*fp32_.find(name), 2);
    FittedLayer change{name, 0, 1.0};
    const std::span<const float> biases = is.bias->data<float>();
    for (std::size_t i = 0; i < biases.size(); ++i) {
      change.biases += biases[i] != (old == nullptr ? 0.0F : old->data<float>()[i]) ? 1U : 0U;
    }
    for (std::size_t i = 0; i < is.quant.weight_scales.size(); ++i) {
      const double gain = static_cast<double>(is.quant.weight_scales[i]) /
                          static_cast<double>(was.quant.weight_scales[i]);
      change.gain = std::fabs(gain - 1.0) > std::fabs(change.gain - 1.0) ? gain : change.gain;
    }
    changes.push_back(change);
  }
  return changes;
}

}  // namespace

ResponseFit fit_response(const Graph& fp32, QuantPlan plan, const InputFiller& fill,
                         const ResponseFitOptions& options) {
  CALOQUANT_EXPECT(static_cast<std::int64_t>(options.primaries.size()) == options.events.size());
  Fitter fitter(fp32, plan, fill, options);
  if (!fitter.has_parameters() ||
      options.events.size() < 2 * static_cast<std::int64_t>(fit_folds)) {
    ResponseFit result;
    result.plan = std::move(plan);
    result.unchanged = fitter.has_parameters()
                           ? "fewer than " + std::to_string(2 * fit_folds) + " events to fit on"
                           : "no convolution is quantized";
    return result;
  }
  return fitter.fit(std::move(plan));
}

}  // namespace caloquant
