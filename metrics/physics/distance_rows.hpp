#pragma once

#include <cstdint>

#include "metrics/physics/sample_pair.hpp"
#include "metrics/physics/shower_report.hpp"

namespace caloquant {

// The rows of a report that are distances between the samples: 0 for equal ones.

/// Relative error of the mean profiles, and Wasserstein-1 between them, per axis.
[[nodiscard]] ReportRow profile_error_row(const SamplePair& samples);
[[nodiscard]] ReportRow profile_wasserstein_row(const SamplePair& samples);

/// Wasserstein-1 of a feature over all events.
[[nodiscard]] ReportRow wasserstein_row(const SamplePair& samples, Feature feature);

/// Separation powers: of the sampling fraction over its mean in A (100 bins from 0.5 to 1.5), per
/// layer of its energy (40 log bins from 2e-4 GeV to the largest in A), of all cells (100 log bins
/// from 1e-12 to 10 GeV).
[[nodiscard]] ReportRow response_separation_row(const SamplePair& samples);
[[nodiscard]] ReportRow layer_separation_row(const SamplePair& samples);
[[nodiscard]] ReportRow spectrum_separation_row(const SamplePair& samples);

/// Correlation score, FPD and KPD on the small feature set; fills the matrices of `report`.
void add_feature_rows(const SamplePair& samples, std::uint64_t seed, ShowerReport& report);

}  // namespace caloquant
