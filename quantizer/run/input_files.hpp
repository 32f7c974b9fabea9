#pragma once

#include <caloquant/config.hpp>
#include <filesystem>
#include <vector>

namespace caloquant {

/// Every file, or folder, that a run with this config reads: the config itself, model and what it
/// is verified with, data, targets, and layer costs. Patterns that match nothing are left out:
/// opening the data says so.
[[nodiscard]] std::vector<std::filesystem::path> input_files(const RunConfig& config);

}  // namespace caloquant
