#pragma once

#include <caloquant/config.hpp>

namespace caloquant {

/// Keys that are right alone but not together. Throws ConfigError with the JSON pointer of the one
/// to change.
void check_run_config(const RunConfig& config);

}  // namespace caloquant
