#pragma once

#include <caloquant/config.hpp>
#include <span>
#include <string>

#include "graph/json/json_fwd.hpp"

namespace caloquant {

/// Keys that say nothing, or are missing, with the input encoding or metric of a document that the
/// schema has let through. Throws ConfigError with the JSON pointer of the key.
void check_keys(const Json& document, const std::string& source);

/// Keys of accuracy_criterion that only showers have.
[[nodiscard]] std::span<const char* const> physics_keys();

/// Values that are right alone but not together. Throws ConfigError with the JSON pointer of the
/// one to change.
void check_run_config(const RunConfig& config);

}  // namespace caloquant
