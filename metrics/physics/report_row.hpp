#pragma once

#include <array>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "metrics/physics/statistics.hpp"

namespace caloquant {

/// What rows call the axes of an image.
inline constexpr std::array axis_names{"x", "y", "z"};

/// Which bins of a row a table has room for.
enum class TableBins {
  every,  ///< all of them
  first,  ///< the first, which pools all events
  worst,  ///< of a curve, the bin whose difference is largest in units of its error
  none,   ///< too fine for a table
};

/// One quantity of two samples, per bin.
struct ReportRow {
  std::string metric;
  std::string unit;                    ///< "GeV", "rad", "cells"; empty: a pure number
  std::vector<std::string> bins;       ///< names; the vectors below have one number per bin
  std::vector<double> a;               ///< value of sample A; empty for a distance
  std::vector<double> b;               ///< value of sample B; empty for a distance
  std::vector<double> difference;      ///< B - A, B / A - 1 for a response, or the distance
  std::vector<double> standard_error;  ///< of the difference; NaN where it is not known
  /// For a distance, which is above 0 for finite samples of equal showers: its value between the
  /// two halves of A. Empty otherwise.
  std::vector<double> noise;
  bool paired = false;               ///< events of A and B belong together
  std::vector<std::string> suspect;  ///< why the numbers must not be trusted; empty = trusted
  TableBins table = TableBins::every;
};

/// Values of A and B per bin.
using BinnedValues = std::vector<std::pair<std::string, DefinedValues>>;
/// A statistic of one set of values.
using OneSampleStatistic = std::function<double(std::span<const double> values)>;

// Rows with the reasons for distrust that all share: bins with fewer than ten events of a sample,
// and undefined values that were left out.

/// Means of A and of B and their difference.
[[nodiscard]] ReportRow means_row(std::string metric, std::string unit, const BinnedValues& values,
                                  bool paired);
/// mean(B) / mean(A) - 1; the means of A and B stand beside it.
[[nodiscard]] ReportRow response_row(std::string metric, std::string unit,
                                     const BinnedValues& values, bool paired);
/// A statistic of A and of B and its difference, with a jackknife error.
[[nodiscard]] ReportRow statistic_row(std::string metric, std::string unit,
                                      const BinnedValues& values, bool paired,
                                      const OneSampleStatistic& statistic);
/// A distance of the distributions of A and B with jackknife error and noise.
[[nodiscard]] ReportRow distance_row(std::string metric, std::string unit,
                                     const BinnedValues& values, bool paired,
                                     const Statistic& distance);

}  // namespace caloquant
