#pragma once

#include "graph/json/json_fwd.hpp"
#include "quantizer/showers/compare.hpp"

namespace caloquant {

/// Everything that compare() found, with both sides and the SHA-256 of their model files; numbers
/// that are not defined are the string "nan".
[[nodiscard]] Json to_json(const CompareResult& result, const ComparedSide& a,
                           const ComparedSide& b);

/// The same without the sides.
[[nodiscard]] Json report_json(const CompareResult& result);

}  // namespace caloquant
