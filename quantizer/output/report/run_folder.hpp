#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "graph/json/json.hpp"

namespace caloquant {

/// What `quantize` left in a folder of results.
// The JSON library checks its invariants when it moves, outside noexcept.
// NOLINTNEXTLINE(bugprone-exception-escape)
struct RunFolder {
  std::string name;         ///< of the folder
  Json result;              ///< result.json; of physics.txt's tables what the page shows
  std::vector<Json> steps;  ///< lines of steps.jsonl
  Json costs;               ///< layer_costs.json; null when there is none
  Json data;                ///< report.json; null when there is none
};

/// Throws DataError, naming file and line, for a folder without results and for files that are
/// damaged or of another format.
[[nodiscard]] RunFolder read_run_folder(const std::filesystem::path& folder);
[[nodiscard]] std::vector<RunFolder> read_run_folders(
    const std::vector<std::filesystem::path>& folders);

}  // namespace caloquant
