#include "quantizer/plan/fit_report.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "metrics/physics/criteria_pair.hpp"
#include "metrics/physics/statistics.hpp"

namespace caloquant {
namespace {

std::vector<double> weights_of(const FitObservables& observables, std::span<const double> fp32,
                               const ResponseLimits& limits) {
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
    for (const std::size_t slice :
         slices_holding(std::span(sums).subspan(first, extent), judged_share)) {
      weights[first + slice] = 1.0 / limits.profile_error;
    }
    first += extent;
  }
  return weights;
}

/// Sum over folds, over that of the reference, minus 1.
double relative_deviation(const Observed& seen, const Observed& reference, std::size_t observable) {
  const std::size_t count = seen.sums.size() / fit_folds;
  double sum = 0.0;
  double wanted = 0.0;
  for (std::size_t fold = 0; fold < fit_folds; ++fold) {
    sum += seen.sums[fold * count + observable];
    wanted += reference.sums[fold * count + observable];
  }
  return sum / wanted - 1.0;
}

}  // namespace

FitReference fit_reference(const FitObservables& observables, Observed fp32,
                           const ResponseLimits& limits) {
  FitReference reference{std::move(fp32), {}};
  reference.weights = weights_of(observables, reference.fp32.sums, limits);
  return reference;
}

std::vector<FittedDeviation> fitted_deviations(const FitObservables& observables,
                                               const FitReference& reference,
                                               const Observed& before, const Observed& after) {
  std::vector<FittedDeviation> all;
  const std::span<const EnergyBin> bins = observables.bins();
  for (std::size_t i = 0; i < bins.size(); ++i) {
    std::vector<double> fp32;
    std::vector<double> model;
    for (std::size_t event = 0; event < observables.spec().primaries.size(); ++event) {
      if (bins[i].contains(observables.spec().primaries[event])) {
        fp32.push_back(reference.fp32.totals[event]);
        model.push_back(after.totals[event]);
      }
    }
    all.push_back(
        {"energy response at " + bins[i].name, relative_deviation(before, reference.fp32, i),
         relative_deviation(after, reference.fp32, i), ratio_of_means(fp32, model, true).error});
  }
  std::size_t first = bins.size();
  for (std::size_t axis = 0; axis < 3; ++axis) {
    FittedDeviation worst{std::string(1, "xyz"[axis]) + " profile", 0.0, 0.0, {}};
    for (std::size_t i = first; i < first + observables.spec().extents[axis]; ++i) {
      if (reference.weights[i] > 0.0) {
        worst.before =
            std::max(worst.before, std::fabs(relative_deviation(before, reference.fp32, i)));
        worst.after =
            std::max(worst.after, std::fabs(relative_deviation(after, reference.fp32, i)));
      }
    }
    all.push_back(worst);
    first += observables.spec().extents[axis];
  }
  all.push_back({"hits",
                 relative_deviation(before, reference.fp32, first),
                 relative_deviation(after, reference.fp32, first),
                 {}});
  return all;
}

std::vector<FittedLayer> fitted_layers(const Graph& fp32, std::span<const std::string> layers,
                                       const QuantPlan& before, const QuantPlan& after) {
  std::vector<FittedLayer> changes;
  for (const std::string& name : layers) {
    const LayerPlan& was = before.layers.at(name);
    const LayerPlan& is = after.layers.at(name);
    const Tensor* old = was.bias ? was.bias.get() : fp32.constant(*fp32.find(name), 2);
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

}  // namespace caloquant
