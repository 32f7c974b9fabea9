#pragma once

#include "graph/json/json_fwd.hpp"
#include "quantizer/showers/compare.hpp"

namespace caloquant {

/// Everything that compare() found, with both sides and the SHA-256 of their model files; numbers
/// that are not defined are the string "nan".
[[nodiscard]] Json to_json(const CompareResult& result, const ComparedSide& a,
                           const ComparedSide& b);

/// Of how many events energies are estimated and angles measured from the shower; coefficients of
/// the sampling fraction, or null; the same as sentences.
[[nodiscard]] Json labels_json(const LabelSources& labels);

/// to_json() without the sides.
[[nodiscard]] Json report_json(const CompareResult& result);

}  // namespace caloquant
