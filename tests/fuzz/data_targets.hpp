#pragma once

#include <span>

#include "tests/fuzz/targets.hpp"

namespace caloquant::testing {

/// Of fuzz_targets(), those that read no model.
[[nodiscard]] std::span<const FuzzTarget> fuzz_data_targets();

}  // namespace caloquant::testing
