#include "metrics/physics/sample_pair.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "ops/core/check.hpp"

namespace caloquant {
namespace {

bool angles_vary(const ShowerSample& sample) {
  const std::vector<double> angles = sample.feature(Feature::theta);
  return std::any_of(angles.begin(), angles.end(),
                     [&](double angle) { return angle != angles.front(); });
}

/// Features of one event; false when one is undefined.
bool features_of(const ShowerSample& sample, std::size_t event, bool with_angle,
                 std::vector<double>& features) {
  features.clear();
  const std::span<const double> row = sample.row(event);
  for (const Feature feature : small_feature_set) {
    features.push_back(row[static_cast<std::size_t>(feature)]);
  }
  if (with_angle) {
    const double theta = row[static_cast<std::size_t>(Feature::theta)];
    features.push_back(std::abs(theta - 0.5 * std::numbers::pi));
  }
  return std::none_of(features.begin(), features.end(), [](double x) { return std::isnan(x); });
}

/// Rows of all events with defined features; returns how many had none.
std::size_t add_defined(const ShowerSample& sample, bool with_angle, FeatureRows& rows) {
  std::vector<double> features;
  std::size_t dropped = 0;
  for (std::size_t event = 0; event < sample.events(); ++event) {
    if (features_of(sample, event, with_angle, features)) {
      rows.add(features);
    } else {
      ++dropped;
    }
  }
  return dropped;
}

}  // namespace

SamplePair::SamplePair(const ShowerSample& a, const ShowerSample& b, bool paired)
    : a_(a),
      b_(b),
      paired_(paired),
      bins_(energy_bins(a.feature(Feature::energy), b.feature(Feature::energy))) {
  CALOQUANT_EXPECT(a.complete() && b.complete() && a.extents() == b.extents());
  CALOQUANT_EXPECT(!paired || a.feature(Feature::energy) == b.feature(Feature::energy));
}

std::vector<double> SamplePair::select(const ShowerSample& sample,
                                       const std::vector<double>& values,
                                       const EnergyBin& bin) const {
  CALOQUANT_EXPECT(values.size() == sample.events());
  const std::vector<double> energies = sample.feature(Feature::energy);
  std::vector<double> selected;
  for (std::size_t event = 0; event < values.size(); ++event) {
    if (bin.contains(energies[event])) {
      selected.push_back(values[event]);
    }
  }
  return selected;
}

BinnedValues SamplePair::pooled(const std::vector<double>& a, const std::vector<double>& b) const {
  return {{"all", defined_values(a, b, paired_)}};
}

BinnedValues SamplePair::binned(const std::vector<double>& a, const std::vector<double>& b) const {
  BinnedValues values;
  for (const EnergyBin& bin : bins_) {
    values.emplace_back(bin.name, defined_values(select(a_, a, bin), select(b_, b, bin), paired_));
  }
  return values;
}

BinnedValues SamplePair::pooled(Feature feature) const {
  return pooled(a_.feature(feature), b_.feature(feature));
}

BinnedValues SamplePair::binned(Feature feature) const {
  return binned(a_.feature(feature), b_.feature(feature));
}

BinnedValues SamplePair::pooled_and_binned(Feature feature) const {
  BinnedValues values = pooled(feature);
  for (auto& bin : binned(feature)) {
    values.push_back(std::move(bin));
  }
  return values;
}

std::vector<double> SamplePair::mean_profile(const ShowerSample& sample, std::size_t axis,
                                             MaybeBlock without) {
  const std::size_t size = sample.extents()[axis];
  std::size_t first = feature_count + sparsity_points;
  for (std::size_t before = 0; before < axis; ++before) {
    first += sample.extents()[before];
  }
  std::vector<double> means(size, 0.0);
  std::size_t events = 0;
  for (std::size_t event = 0; event < sample.events(); ++event) {
    if (without && jackknife_block(event, sample.events(), sample.blocks()) == *without) {
      continue;
    }
    const std::span<const double> slices = sample.row(event).subspan(first, size);
    std::transform(means.begin(), means.end(), slices.begin(), means.begin(), std::plus<>());
    ++events;
  }
  for (double& mean : means) {
    mean /= static_cast<double>(events);
  }
  return means;
}

SamplePair::Features SamplePair::small_features() const {
  const bool with_angle = angles_vary(a_) || angles_vary(b_);
  Features features;
  for (const Feature feature : small_feature_set) {
    features.names.emplace_back(name_of(feature));
  }
  if (with_angle) {
    features.names.emplace_back("|primary angle - pi/2|");
  }
  features.a.columns = features.names.size();
  features.b.columns = features.names.size();
  if (!paired_) {
    features.dropped =
        add_defined(a_, with_angle, features.a) + add_defined(b_, with_angle, features.b);
    return features;
  }
  std::vector<double> of_a;
  std::vector<double> of_b;
  for (std::size_t event = 0; event < a_.events(); ++event) {
    const bool a_defined = features_of(a_, event, with_angle, of_a);
    if (features_of(b_, event, with_angle, of_b) && a_defined) {
      features.a.add(of_a);
      features.b.add(of_b);
    } else {
      features.dropped += 2;
    }
  }
  return features;
}

}  // namespace caloquant
