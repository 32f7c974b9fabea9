#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "graph/io/json.hpp"

namespace caloquant {

/// What `quantize` left in a folder of results.
struct RunFolder {
  std::string name;         ///< of the folder
  Json result;              ///< result.json, without the tables of physics.txt but its energy rows
  std::vector<Json> steps;  ///< lines of steps.jsonl
  Json costs;               ///< layer_costs.json; null when there is none
  Json data;                ///< report.json; null when there is none
};

/// Throws DataError, naming file and line, for a folder without results and for files that are
/// damaged or of another format.
[[nodiscard]] RunFolder read_run_folder(const std::filesystem::path& folder);

}  // namespace caloquant
