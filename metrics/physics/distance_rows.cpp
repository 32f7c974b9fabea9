#include "metrics/physics/distance_rows.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "metrics/physics/correlation.hpp"
#include "metrics/physics/distribution_distance.hpp"
#include "metrics/physics/frechet_distance.hpp"
#include "metrics/physics/kernel_distance.hpp"
#include "metrics/physics/profile_distance.hpp"
#include "metrics/physics/separation_power.hpp"
#include "ops/core/counted.hpp"

namespace caloquant {
namespace {

constexpr double no_distance = std::numeric_limits<double>::quiet_NaN();
constexpr double smallest_layer = 2e-4;  // [GeV]: one hit
constexpr std::size_t layer_bins = 40;

/// A row with one bin, to be filled.
ReportRow single_row(std::string metric, bool paired, const Estimate& distance) {
  ReportRow row;
  row.metric = std::move(metric);
  row.bins = {"all"};
  row.difference = {distance.value};
  row.standard_error = {distance.error};
  row.paired = paired;
  return row;
}

using ProfileDistance = double (*)(std::span<const double>, std::span<const double>);

/// Distance of the mean profiles per axis.
ReportRow profile_row(std::string metric, std::string unit, const SamplePair& samples,
                      ProfileDistance distance) {
  ReportRow row;
  row.metric = std::move(metric);
  row.unit = std::move(unit);
  row.paired = samples.paired();
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const auto leave_out = [&](MaybeBlock without_a, MaybeBlock without_b) {
      return distance(SamplePair::mean_profile(samples.a(), axis, without_a),
                      SamplePair::mean_profile(samples.b(), axis, without_b));
    };
    row.bins.emplace_back(axis_names[axis]);
    row.difference.push_back(leave_out(std::nullopt, std::nullopt));
    row.standard_error.push_back(
        jackknife_error(samples.a().blocks(), samples.b().blocks(), samples.paired(), leave_out));
  }
  return row;
}

std::vector<double> as_numbers(const CellSpectrum& spectrum) {
  std::vector<double> numbers(spectrum.counts().size());
  std::transform(spectrum.counts().begin(), spectrum.counts().end(), numbers.begin(),
                 [](std::uint64_t count) { return static_cast<double>(count); });
  return numbers;
}

/// Rows without those of a block.
FeatureRows without_block(const FeatureRows& rows, MaybeBlock without) {
  const std::size_t blocks = jackknife_blocks(rows.rows());
  FeatureRows kept{.columns = rows.columns, .values = {}};
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    if (!without || jackknife_block(row, rows.rows(), blocks) != *without) {
      kept.add(rows.row(row));
    }
  }
  return kept;
}

ReportRow correlation_row(const SamplePair::Features& features, bool paired,
                          const ShowerReport& report) {
  const std::size_t size = features.names.size();
  const CorrelationScore score =
      correlation_score(report.correlation_a, report.correlation_b, size);
  const auto leave_out = [&](MaybeBlock without_a, MaybeBlock without_b) {
    return correlation_score(correlation_matrix(without_block(features.a, without_a)),
                             correlation_matrix(without_block(features.b, without_b)), size)
        .value;
  };
  const double error = jackknife_error(jackknife_blocks(features.a.rows()),
                                       jackknife_blocks(features.b.rows()), paired, leave_out);
  ReportRow row = single_row("correlation score", paired, {score.value, error});
  if (score.undefined_pairs > 0) {
    row.suspect.push_back(std::to_string(score.undefined_pairs) + " of " +
                          std::to_string(score.pairs + score.undefined_pairs) +
                          " pairs of features are left out: one of them is constant");
  }
  return row;
}

ReportRow frechet_row(const SamplePair::Features& features, bool paired, std::uint64_t seed) {
  const auto distance = frechet_physics_distance(features.a, features.b, paired, seed);
  if (!distance) {
    ReportRow row = single_row("FPD", paired, {no_distance, no_distance});
    row.suspect.push_back("needs " + std::to_string(fewest_for_frechet) + " events of each sample");
    return row;
  }
  ReportRow row = single_row("FPD", paired, distance->distance);
  if (distance->scaled) {
    row.suspect.push_back("extrapolated from " + std::to_string(distance->smallest) + " to " +
                          counted(distance->largest, "event") + " instead of 20000 to 50000");
  }
  return row;
}

ReportRow kernel_row(const SamplePair::Features& features, bool paired, std::uint64_t seed) {
  const auto distance = kernel_physics_distance(features.a, features.b, paired, seed);
  if (!distance) {
    ReportRow row = single_row("KPD", paired, {no_distance, no_distance});
    row.suspect.push_back("needs " + std::to_string(fewest_for_kernel) + " events of each sample");
    return row;
  }
  ReportRow row = single_row("KPD", paired, distance->distance);
  if (distance->scaled) {
    row.suspect.push_back("10 batches of " + counted(distance->batch, "event") +
                          " instead of 5000");
  }
  return row;
}

}  // namespace

ReportRow profile_error_row(const SamplePair& samples) {
  return profile_row("profile relative error", "", samples, profile_relative_error);
}

ReportRow profile_wasserstein_row(const SamplePair& samples) {
  return profile_row("W1 of mean profile", "slices", samples, profile_wasserstein_1);
}

ReportRow wasserstein_row(const SamplePair& samples, Feature feature) {
  return distance_row(
      "W1 of " + std::string(name_of(feature)), std::string(unit_of(feature)),
      samples.pooled(feature), samples.paired(),
      [](std::span<const double> a, std::span<const double> b) { return wasserstein_1(a, b); });
}

ReportRow response_separation_row(const SamplePair& samples) {
  const double mean = mean_of(samples.pooled(Feature::sampling_fraction).front().second.a).value;
  const LinearBins bins{.low = 0.5 * mean, .high = 1.5 * mean, .count = 100};
  return distance_row(
      "separation of the response", "", samples.pooled(Feature::sampling_fraction),
      samples.paired(), [bins](std::span<const double> a, std::span<const double> b) {
        return bins.low < bins.high ? separation_power(histogram(a, bins), histogram(b, bins))
                                    : no_distance;
      });
}

ReportRow layer_separation_row(const SamplePair& samples) {
  const ImageExtents& extents = samples.a().extents();
  const auto logs = [&](const ShowerSample& sample, std::size_t layer) {
    std::vector<double> energies = sample.slice(extents[0] + extents[1] + layer);
    for (double& energy : energies) {
      energy = std::log10(std::max(energy, 0.0));  // -inf: below all bins
    }
    return energies;
  };
  const double low = std::log10(smallest_layer);
  double high = low;
  BinnedValues values;
  for (std::size_t layer = 0; layer < extents[2]; ++layer) {
    const std::vector<double> of_a = logs(samples.a(), layer);
    high = std::max(high, *std::max_element(of_a.begin(), of_a.end()));
    values.emplace_back("z " + std::to_string(layer),
                        defined_values(of_a, logs(samples.b(), layer), samples.paired()));
  }
  const LinearBins bins{.low = low, .high = high, .count = layer_bins};
  ReportRow row = distance_row("separation of layer energies", "", values, samples.paired(),
                               [bins](std::span<const double> a, std::span<const double> b) {
                                 return bins.low < bins.high ? separation_power(histogram(a, bins),
                                                                                histogram(b, bins))
                                                             : no_distance;
                               });
  row.table = TableBins::worst;
  return row;
}

ReportRow spectrum_separation_row(const SamplePair& samples) {
  const auto leave_out = [&](MaybeBlock without_a, MaybeBlock without_b) {
    return separation_power(as_numbers(samples.a().spectrum(without_a)),
                            as_numbers(samples.b().spectrum(without_b)));
  };
  const double error =
      jackknife_error(samples.a().blocks(), samples.b().blocks(), samples.paired(), leave_out);
  return single_row("separation of cell energies", samples.paired(),
                    {leave_out(std::nullopt, std::nullopt), error});
}

void add_feature_rows(const SamplePair& samples, std::uint64_t seed, ShowerReport& report) {
  const SamplePair::Features features = samples.small_features();
  report.correlation_features = features.names;
  report.correlation_a = correlation_matrix(features.a);
  report.correlation_b = correlation_matrix(features.b);
  const std::size_t first = report.rows.size();
  report.rows.push_back(correlation_row(features, samples.paired(), report));
  report.rows.push_back(frechet_row(features, samples.paired(), seed));
  report.rows.push_back(kernel_row(features, samples.paired(), seed));
  for (std::size_t row = first; features.dropped > 0 && row < report.rows.size(); ++row) {
    report.rows[row].suspect.push_back(
        counted(features.dropped, "event without energy is", "events without energy are") +
        " left out");
  }
}

}  // namespace caloquant
