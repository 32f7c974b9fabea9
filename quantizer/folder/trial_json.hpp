#pragma once

#include <caloquant/quality.hpp>
#include <caloquant/strategy.hpp>
#include <string>

#include "graph/json/json_fwd.hpp"

namespace caloquant {

// Trials and qualities with all that a run goes on from, to the bit. steps.jsonl is for readers; it
// leaves out what only the program needs.

[[nodiscard]] Json whole_json(const Trial& trial);
/// The inverse. Throws DataError with `place`.
[[nodiscard]] Trial trial_from_json(const Json& json, const std::string& place);

[[nodiscard]] Json whole_json(const ModelQuality& quality);
/// The inverse. Throws DataError with `place`.
[[nodiscard]] ModelQuality quality_from_json(const Json& json, const std::string& place);

[[nodiscard]] Json whole_json(const Measure& measure);
/// The inverse. Throws DataError with `place`.
[[nodiscard]] Measure measure_from_json(const Json& json, const std::string& place);

}  // namespace caloquant
