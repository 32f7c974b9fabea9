#include "metrics/physics/criteria_pair.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

#include "metrics/physics/distribution_distance.hpp"
#include "metrics/physics/frechet_distance.hpp"
#include "metrics/physics/profile_moments.hpp"
#include "metrics/physics/report_row.hpp"
#include "metrics/physics/statistics.hpp"
#include "ops/core/check.hpp"

namespace caloquant {
namespace {

constexpr double not_known = std::numeric_limits<double>::quiet_NaN();

double freedom_of(std::size_t values) {
  return values > 1 ? static_cast<double>(values - 1) : 1.0;
}

/// Of a jackknife, whose blocks are what vary.
Deviation::Part jackknifed(std::string where, std::span<const double> reference,
                           std::span<const double> model, const Statistic& statistic) {
  const Estimate estimate = jackknife(reference, model, true, statistic);
  return {std::move(where), estimate.value, estimate.error,
          freedom_of(jackknife_blocks(model.size()))};
}

/// Of a bin that has too few events so far: open, not failed.
Deviation::Part not_seen_yet(std::string where) {
  return {std::move(where), 0.0, not_known, 1.0};
}

double relative_spread(std::span<const double> values) {
  return standard_deviation(values) / mean_of(values).value;
}

/// The features of small_feature_set (event_features.hpp); false where one is not defined.
bool small_features(const CriteriaSample& sample, std::size_t event, double energy, double theta,
                    std::vector<double>& row) {
  row.clear();
  std::size_t first = 0;
  std::array<std::vector<double>, 2> moments;
  std::array<double, 3> ratios{};
  for (const std::size_t extent : sample.extents()) {
    const auto slices = sample.slices(event).subspan(first, extent);
    const auto of_axis = profile_moments(slices);
    moments[0].push_back(of_axis[0]);
    moments[1].push_back(of_axis[1]);
    ratios = layer_ratios(slices);  // those of z stay
    first += extent;
  }
  for (const std::vector<double>& of_order : moments) {
    row.insert(row.end(), of_order.begin(), of_order.end());
  }
  row.insert(row.end(), {sample.total(event), energy, sample.hits_low(event)});
  row.insert(row.end(), ratios.begin(), ratios.end());
  row.push_back(std::abs(theta - 0.5 * std::numbers::pi));
  return std::ranges::all_of(row, [](double value) { return std::isfinite(value); });
}

}  // namespace

std::vector<std::size_t> slices_holding(std::span<const double> energies, double share) {
  std::vector<std::size_t> order(energies.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, std::greater<>(), [&](std::size_t i) { return energies[i]; });
  const double wanted = share * std::accumulate(energies.begin(), energies.end(), 0.0);
  double held = 0.0;
  std::size_t count = 0;
  while (count < order.size() && held < wanted) {
    held += energies[order[count]];
    ++count;
  }
  order.resize(count);
  std::ranges::sort(order);
  return order;
}

CriteriaPair::CriteriaPair(const CriteriaSample& model, const CriteriaSample& reference,
                           std::size_t events, std::span<const double> energies,
                           std::span<const double> thetas, std::span<const EnergyBin> bins)
    : model_(model),
      reference_(reference),
      events_(events),
      energies_(energies),
      thetas_(thetas),
      bins_(bins) {
  CALOQUANT_EXPECT(model.events() >= events && reference.events() >= events);
  CALOQUANT_EXPECT(energies.size() >= events && thetas.size() >= events);
  CALOQUANT_EXPECT(model.extents() == reference.extents());
}

/// Mean of value(model, event) over that of the reference, less 1; of the events of a bin.
template <typename Value>
Deviation::Part CriteriaPair::ratio(std::string where, Value&& value, const EnergyBin* bin) const {
  std::vector<double> of_model;
  std::vector<double> of_reference;
  for (std::size_t event = 0; event < events_; ++event) {
    if (bin == nullptr || bin->contains(energies_[event])) {
      of_model.push_back(value(model_, event));
      of_reference.push_back(value(reference_, event));
    }
  }
  if (of_model.empty()) {
    return not_seen_yet(std::move(where));
  }
  const Estimate ratio = ratio_of_means(of_reference, of_model, true);
  return {std::move(where), ratio.value - 1.0, ratio.error, freedom_of(of_model.size())};
}

Deviation CriteriaPair::energy_response() const {
  Deviation deviation{"energy response", {}};
  const auto total = [](const CriteriaSample& sample, std::size_t event) {
    return sample.total(event);
  };
  for (const EnergyBin& bin : bins_) {
    deviation.parts.push_back(ratio(bin.name, total, &bin));
  }
  return deviation;
}

std::vector<Deviation> CriteriaPair::profile_errors(double share) const {
  std::vector<double> means(slice_count(reference_.extents()), 0.0);
  for (std::size_t event = 0; event < events_; ++event) {
    const std::span<const double> slices = reference_.slices(event);
    std::transform(means.begin(), means.end(), slices.begin(), means.begin(), std::plus<>());
  }
  std::vector<Deviation> deviations;
  std::size_t first = 0;
  for (std::size_t axis = 0; axis < axis_names.size(); ++axis) {
    const std::size_t extent = reference_.extents()[axis];
    Deviation deviation{std::string(axis_names[axis]) + " profile", {}};
    for (const std::size_t slice : slices_holding(std::span(means).subspan(first, extent), share)) {
      deviation.parts.push_back(
          ratio("slice " + std::to_string(slice),
                [index = first + slice](const CriteriaSample& sample, std::size_t event) {
                  return sample.slices(event)[index];
                }));
    }
    deviations.push_back(std::move(deviation));
    first += extent;
  }
  return deviations;
}

/// A threshold that no cell of either is above tells nothing apart: equal.
Deviation CriteriaPair::hits() const {
  Deviation::Part part =
      ratio("", [](const CriteriaSample& sample, std::size_t event) { return sample.hits(event); });
  bool any = false;
  for (std::size_t event = 0; event < events_; ++event) {
    any = any || model_.hits(event) > 0.0 || reference_.hits(event) > 0.0;
  }
  if (!any) {
    part.value = part.error = 0.0;
  }
  return {"hits", {std::move(part)}};
}

std::vector<double> CriteriaPair::totals(const CriteriaSample& sample, const EnergyBin* bin) const {
  std::vector<double> values;
  for (std::size_t event = 0; event < events_; ++event) {
    if (bin == nullptr || bin->contains(energies_[event])) {
      values.push_back(sample.total(event));
    }
  }
  return values;
}

Deviation CriteriaPair::resolution() const {
  constexpr std::size_t two_blocks = 4;
  Deviation deviation{"resolution", {}};
  for (const EnergyBin& bin : bins_) {
    const std::vector<double> reference = totals(reference_, &bin);
    deviation.parts.push_back(
        reference.size() < two_blocks
            ? not_seen_yet(bin.name)
            : jackknifed(bin.name, reference, totals(model_, &bin),
                         [](std::span<const double> a, std::span<const double> b) {
                           return relative_spread(b) / relative_spread(a) - 1.0;
                         }));
  }
  return deviation;
}

Deviation CriteriaPair::layer_ratios() const {
  std::array<std::vector<double>, 3> of_reference;
  std::array<std::vector<double>, 3> of_model;
  for (std::size_t event = 0; event < events_; ++event) {
    const auto ratios = [&](const CriteriaSample& sample) {
      return caloquant::layer_ratios(sample.slices(event).last(sample.extents()[2]));
    };
    for (std::size_t third = 0; third < of_model.size(); ++third) {
      of_reference[third].push_back(ratios(reference_)[third]);
      of_model[third].push_back(ratios(model_)[third]);
    }
  }
  Deviation deviation{"layer ratio", {}};
  for (std::size_t third = 0; third < of_model.size(); ++third) {
    const DefinedValues values = defined_values(of_reference[third], of_model[third], true);
    const Estimate difference = difference_of_means(values.a, values.b, true);
    deviation.parts.push_back({"R" + std::to_string(third + 1), difference.value, difference.error,
                               freedom_of(values.a.size())});
  }
  return deviation;
}

Deviation CriteriaPair::w1_energy() const {
  return {"W1 of total energy",
          {jackknifed("", totals(reference_), totals(model_),
                      [](std::span<const double> a, std::span<const double> b) {
                        return wasserstein_1(a, b) / mean_of(a).value;
                      })}};
}

Deviation CriteriaPair::frechet(std::uint64_t seed) const {
  FeatureRows of_reference;
  FeatureRows of_model;
  std::vector<double> a;
  std::vector<double> b;
  for (std::size_t event = 0; event < events_; ++event) {
    const bool defined = small_features(reference_, event, energies_[event], thetas_[event], a) &&
                         small_features(model_, event, energies_[event], thetas_[event], b);
    if (defined) {
      of_reference.columns = of_model.columns = a.size();
      of_reference.add(a);
      of_model.add(b);
    }
  }
  Deviation deviation{"FPD", {}};
  const auto distance = frechet_physics_distance(of_reference, of_model, true, seed);
  if (distance) {
    constexpr double fitted_points = 8.0;  // ten sizes, two parameters
    deviation.parts.push_back(
        {"", distance->distance.value, distance->distance.error, fitted_points});
  }
  return deviation;
}

}  // namespace caloquant
