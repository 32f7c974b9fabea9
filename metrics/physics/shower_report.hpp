#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "metrics/physics/energy_bins.hpp"
#include "metrics/physics/report_row.hpp"
#include "metrics/physics/shower_sample.hpp"

namespace caloquant {

struct ShowerReportOptions {
  /// Event i of A belongs to event i of B: the same primary and, for models, the same latent
  /// vector. Errors are then those of differences per event.
  bool paired = false;
  std::uint64_t seed = 1;  ///< of the draws of FPD and KPD
  /// Primary energies were estimated from these showers' own sums. Rows that read the energy are
  /// marked: a sampling fraction, for example, is then the one of the estimate.
  bool estimated_a = false;
  bool estimated_b = false;
};

/// The physics of two samples of showers side by side. A is the reference.
struct ShowerReport {
  ImageExtents extents{};
  std::size_t events_a = 0;
  std::size_t events_b = 0;
  bool paired = false;
  std::vector<EnergyBin> energy_bins;
  std::vector<ReportRow> rows;  ///< quantities first, then distances
  std::vector<std::string> correlation_features;
  std::vector<double> correlation_a;  ///< [features, features]; NaN where undefined
  std::vector<double> correlation_b;
  std::vector<std::string> suspect;  ///< what concerns every row
};

/// Compares two complete samples of equal extents; where paired, with equal primaries. The rows are
/// listed in metrics/PHYSICS.md.
[[nodiscard]] ShowerReport shower_report(const ShowerSample& a, const ShowerSample& b,
                                         const ShowerReportOptions& options);

}  // namespace caloquant
