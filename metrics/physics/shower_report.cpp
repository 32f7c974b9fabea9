#include "metrics/physics/shower_report.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iterator>
#include <numeric>
#include <string_view>
#include <utility>

#include "metrics/physics/distance_rows.hpp"
#include "metrics/physics/distribution_distance.hpp"
#include "metrics/physics/sample_pair.hpp"
#include "ops/core/check.hpp"
#include "ops/core/counted.hpp"

namespace caloquant {
namespace {

std::string text(const char* format, double value) {
  char buffer[48];
  std::snprintf(buffer, sizeof buffer, format, value);
  return buffer;
}

/// Without common primaries, a bin may hold other energies in A than in B.
void note_other_energies(const SamplePair& samples, ReportRow& row) {
  if (samples.paired()) {
    return;
  }
  for (const auto& [bin, energies] : samples.binned(Feature::energy)) {
    const Estimate difference = difference_of_means(energies.a, energies.b, false);
    if (std::abs(difference.value) > 3.0 * difference.error) {
      row.suspect.push_back(bin + ": mean primary energies of " +
                            text("%.4g and ", mean_of(energies.a).value) +
                            text("%.4g GeV", mean_of(energies.b).value));
    }
  }
}

void add_energy_rows(const SamplePair& samples, ShowerReport& report) {
  const bool paired = samples.paired();
  const BinnedValues fractions = samples.binned(Feature::sampling_fraction);
  report.rows.push_back(means_row("sampling fraction", "", fractions, paired));
  report.rows.push_back(
      response_row("total energy, B/A - 1", "GeV", samples.binned(Feature::total), paired));
  note_other_energies(samples, report.rows.back());
  report.rows.push_back(
      statistic_row("resolution", "", fractions, paired, [](std::span<const double> values) {
        return standard_deviation(values) / mean_of(values).value;
      }));
}

void add_shape_rows(const SamplePair& samples, ShowerReport& report) {
  for (const Feature feature :
       {Feature::hits, Feature::m1x, Feature::m1y, Feature::m1z, Feature::m2x, Feature::m2y,
        Feature::m2z, Feature::m3x, Feature::m3y, Feature::m3z, Feature::r1, Feature::r2,
        Feature::r3, Feature::max_x, Feature::max_y, Feature::max_z, Feature::angle}) {
    report.rows.push_back(means_row(std::string(name_of(feature)), std::string(unit_of(feature)),
                                    samples.pooled_and_binned(feature), samples.paired()));
    report.rows.back().table = TableBins::first;
  }
}

void add_sparsity_row(const SamplePair& samples, ShowerReport& report) {
  BinnedValues values;
  for (std::size_t point = 0; point < sparsity_points; ++point) {
    const DefinedValues of_point =
        defined_values(samples.a().sparsity(point), samples.b().sparsity(point), samples.paired());
    values.emplace_back(text("> %g GeV", sparsity_threshold(point)), of_point);
  }
  report.rows.push_back(means_row("cells above threshold", "", values, samples.paired()));
  report.rows.back().table = TableBins::worst;
}

/// Mean energy per slice of an axis, over all events and per bin of energy.
void add_profile_rows(const SamplePair& samples, ShowerReport& report) {
  std::size_t slice = 0;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    std::vector<BinnedValues> per_bin(1 + samples.bins().size());
    const std::size_t end = slice + samples.a().extents()[axis];
    for (std::size_t index = 0; slice < end; ++slice, ++index) {
      const std::string name = std::string(axis_names[axis]) + " " + std::to_string(index);
      const std::vector<double> of_a = samples.a().slice(slice);
      const std::vector<double> of_b = samples.b().slice(slice);
      per_bin[0].emplace_back(name, samples.pooled(of_a, of_b).front().second);
      const BinnedValues binned = samples.binned(of_a, of_b);
      for (std::size_t bin = 0; bin < binned.size(); ++bin) {
        per_bin[1 + bin].emplace_back(name, binned[bin].second);
      }
    }
    for (std::size_t bin = 0; bin < per_bin.size(); ++bin) {
      const std::string of_bin = bin == 0 ? "" : ", " + samples.bins()[bin - 1].name;
      report.rows.push_back(means_row(std::string(axis_names[axis]) + " profile" + of_bin, "GeV",
                                      per_bin[bin], samples.paired()));
      report.rows.back().table = bin == 0 ? TableBins::worst : TableBins::none;
    }
  }
}

/// Outputs of a discriminator and the like: name and values of A and B.
BinnedValues quantity(const SamplePair& samples, std::size_t index) {
  const auto& [name, of_a] = samples.a().quantities()[index];
  const auto& [name_b, of_b] = samples.b().quantities()[index];
  CALOQUANT_EXPECT(name == name_b);
  return samples.pooled(of_a, of_b);
}

void add_quantity_rows(const SamplePair& samples, ShowerReport& report) {
  CALOQUANT_EXPECT(samples.a().quantities().size() == samples.b().quantities().size());
  for (std::size_t i = 0; i < samples.a().quantities().size(); ++i) {
    const std::string& name = samples.a().quantities()[i].first;
    const BinnedValues values = quantity(samples, i);
    report.rows.push_back(means_row(name, "", values, samples.paired()));
    report.rows.push_back(
        statistic_row("spread of " + name, "", values, samples.paired(), standard_deviation));
  }
}

void add_quantity_distances(const SamplePair& samples, ShowerReport& report) {
  for (std::size_t i = 0; i < samples.a().quantities().size(); ++i) {
    const std::string& name = samples.a().quantities()[i].first;
    const BinnedValues values = quantity(samples, i);
    report.rows.push_back(distance_row(
        "W1 of " + name, "", values, samples.paired(),
        [](std::span<const double> a, std::span<const double> b) { return wasserstein_1(a, b); }));
    report.rows.push_back(
        distance_row("KS distance of " + name, "", values, samples.paired(), kolmogorov_smirnov));
  }
}

void add_distance_rows(const SamplePair& samples, ShowerReport& report) {
  report.rows.push_back(profile_error_row(samples));
  report.rows.push_back(profile_wasserstein_row(samples));
  for (const Feature feature :
       {Feature::sampling_fraction, Feature::hits, Feature::m1x, Feature::m1y, Feature::m1z,
        Feature::m2x, Feature::m2y, Feature::m2z, Feature::r1, Feature::r2, Feature::r3,
        Feature::angle}) {
    report.rows.push_back(wasserstein_row(samples, feature));
  }
  add_quantity_distances(samples, report);
  report.rows.push_back(response_separation_row(samples));
  report.rows.push_back(layer_separation_row(samples));
  report.rows.push_back(spectrum_separation_row(samples));
}

void note_bad_events(const char* name, const ShowerSample& sample, ShowerReport& report) {
  if (const std::size_t cells = sample.cells_not_finite(); cells > 0) {
    report.suspect.push_back(std::string(name) + " has " +
                             counted(cells, "cell that is not finite; it counts",
                                     "cells that are not finite; they count") +
                             " as 0");
  }
  if (const std::size_t events = sample.events_without_energy(); events > 0) {
    report.suspect.push_back(std::string(name) + " has " + std::to_string(events) + " of " +
                             counted(sample.events(), "event") + " without energy");
  }
}

/// How many standard errors 95 % of means of normal values lie within: the 97.5 % point of
/// Student's t with `freedom` >= 3 degrees of freedom (Cornish-Fisher expansion, Abramowitz &
/// Stegun 26.7.5).
double errors_for_95_percent(double freedom) {
  constexpr double z = 1.959964;
  const double z2 = z * z;
  const double first = z * (z2 + 1.0) / 4.0;
  const double second = z * ((5.0 * z2 + 16.0) * z2 + 3.0) / 96.0;
  const double third = z * (((3.0 * z2 + 19.0) * z2 + 17.0) * z2 - 15.0) / 384.0;
  return z + first / freedom + second / (freedom * freedom) + third / (freedom * freedom * freedom);
}

/// What follows for the errors of all rows when there are few events.
void note_few_events(ShowerReport& report) {
  constexpr std::size_t enough = 50;  // errors are known to 10 %
  constexpr std::size_t fewest_for_student = 4;
  const std::size_t events = std::min(report.events_a, report.events_b);
  if (events < 2 || events >= enough) {
    return;
  }
  const double freedom = static_cast<double>(events) - 1.0;
  std::string note = "only " + std::to_string(events) +
                     " events: each error (+-) is itself known to " +
                     text("%.0f %% only, ", 100.0 / std::sqrt(2.0 * freedom));
  note += events < fewest_for_student
              ? "and what is within 95 % confidence is unknown"
              : "and 95 % confidence takes " +
                    text("%.1f of them, not 2", errors_for_95_percent(freedom));
  report.suspect.push_back(note + "; spreads, correlations, tails and bins of energy say little");
}

/// Marks rows that divide by, sort by or correlate with the primary energy of a sample where that
/// was estimated from the sample's own sums.
void note_estimated_energies(const ShowerReportOptions& options, ShowerReport& report) {
  constexpr std::string_view readers[] = {"sampling fraction",
                                          "total energy, B/A - 1",
                                          "resolution",
                                          "W1 of sampling fraction",
                                          "separation of the response",
                                          "correlation score",
                                          "FPD",
                                          "KPD"};
  for (const auto& [estimated, name] :
       {std::pair(options.estimated_a, "A"), std::pair(options.estimated_b, "B")}) {
    for (ReportRow& row : report.rows) {
      if (estimated && std::ranges::find(readers, row.metric) != std::end(readers)) {
        row.suspect.push_back("energies of " + std::string(name) +
                              " are estimated from its sums: its sampling fraction is the one of "
                              "the estimate and has no spread");
      }
    }
  }
}

}  // namespace

ShowerReport shower_report(const ShowerSample& a, const ShowerSample& b,
                           const ShowerReportOptions& options) {
  const SamplePair samples(a, b, options.paired);
  ShowerReport report;
  report.extents = a.extents();
  report.events_a = a.events();
  report.events_b = b.events();
  report.paired = options.paired;
  report.energy_bins = samples.bins();
  note_few_events(report);
  note_bad_events("A", a, report);
  note_bad_events("B", b, report);
  add_energy_rows(samples, report);
  add_shape_rows(samples, report);
  add_sparsity_row(samples, report);
  add_profile_rows(samples, report);
  add_quantity_rows(samples, report);
  add_distance_rows(samples, report);
  add_feature_rows(samples, options.seed, report);
  note_estimated_energies(options, report);
  return report;
}

}  // namespace caloquant
