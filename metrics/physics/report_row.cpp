#include "metrics/physics/report_row.hpp"

#include <algorithm>
#include <cmath>

#include "ops/core/counted.hpp"

namespace caloquant {
namespace {

constexpr std::size_t fewest_events = 10;

/// Do several bins have equally few events, as those of a curve have?
bool equally_few(const BinnedValues& values) {
  const auto events = [](const auto& bin) {
    return std::min(bin.second.a.size(), bin.second.b.size());
  };
  return values.size() > 1 && events(values[0]) < fewest_events &&
         std::ranges::all_of(values,
                             [&](const auto& bin) { return events(bin) == events(values[0]); });
}

ReportRow begin_row(std::string metric, std::string unit, const BinnedValues& values, bool paired) {
  ReportRow row;
  row.metric = std::move(metric);
  row.unit = std::move(unit);
  row.paired = paired;
  const bool all_few = equally_few(values);
  if (all_few) {
    row.suspect.push_back(
        "only " + counted(std::min(values[0].second.a.size(), values[0].second.b.size()), "event") +
        " in every bin");
  }
  for (const auto& [bin, of_bin] : values) {
    row.bins.push_back(bin);
    const std::size_t events = std::min(of_bin.a.size(), of_bin.b.size());
    if (events < fewest_events && !all_few) {
      row.suspect.push_back(bin + ": only " + counted(events, "event"));
    }
    if (of_bin.dropped > 0) {
      row.suspect.push_back(bin + ": " + counted(of_bin.dropped, "value is", "values are") +
                            " undefined and left out");
    }
  }
  return row;
}

void add_difference(ReportRow& row, const Estimate& difference) {
  row.difference.push_back(difference.value);
  row.standard_error.push_back(difference.error);
}

}  // namespace

ReportRow means_row(std::string metric, std::string unit, const BinnedValues& values, bool paired) {
  ReportRow row = begin_row(std::move(metric), std::move(unit), values, paired);
  for (const auto& [bin, of_bin] : values) {
    row.a.push_back(mean_of(of_bin.a).value);
    row.b.push_back(mean_of(of_bin.b).value);
    add_difference(row, difference_of_means(of_bin.a, of_bin.b, paired));
  }
  return row;
}

ReportRow response_row(std::string metric, std::string unit, const BinnedValues& values,
                       bool paired) {
  ReportRow row = begin_row(std::move(metric), std::move(unit), values, paired);
  for (const auto& [bin, of_bin] : values) {
    row.a.push_back(mean_of(of_bin.a).value);
    row.b.push_back(mean_of(of_bin.b).value);
    Estimate ratio = ratio_of_means(of_bin.a, of_bin.b, paired);
    ratio.value -= 1.0;
    add_difference(row, ratio);
  }
  return row;
}

ReportRow statistic_row(std::string metric, std::string unit, const BinnedValues& values,
                        bool paired, const OneSampleStatistic& statistic) {
  ReportRow row = begin_row(std::move(metric), std::move(unit), values, paired);
  for (const auto& [bin, of_bin] : values) {
    row.a.push_back(statistic(of_bin.a));
    row.b.push_back(statistic(of_bin.b));
    add_difference(row, jackknife(of_bin.a, of_bin.b, paired,
                                  [&](std::span<const double> a, std::span<const double> b) {
                                    return statistic(b) - statistic(a);
                                  }));
  }
  return row;
}

ReportRow distance_row(std::string metric, std::string unit, const BinnedValues& values,
                       bool paired, const Statistic& distance) {
  ReportRow row = begin_row(std::move(metric), std::move(unit), values, paired);
  for (const auto& [bin, of_bin] : values) {
    add_difference(row, jackknife(of_bin.a, of_bin.b, paired, distance));
    const auto halves = halves_of(of_bin.a);
    row.noise.push_back(distance(halves.first, halves.second));
  }
  return row;
}

}  // namespace caloquant
