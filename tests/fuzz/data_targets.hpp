#pragma once

#include <span>

#include "tests/fuzz/targets.hpp"

namespace caloquant::testing {

/// Of fuzz_targets(), those that read no model.
[[nodiscard]] std::span<const FuzzTarget> fuzz_data_targets();

// What a run that ended before its end has left behind. Each throws std::logic_error where a
// promise of the reader is broken.
void read_unfinished_run(const std::filesystem::path& file);
void read_trials(const std::filesystem::path& file);
void read_prepared(const std::filesystem::path& file);
void read_publication(const std::filesystem::path& file);

}  // namespace caloquant::testing
