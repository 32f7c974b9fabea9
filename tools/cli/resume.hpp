#pragma once

#include <filesystem>
#include <string>

#include "tools/cli/output_arguments.hpp"

namespace caloquant::cli {

/// Says what the run came to whose results are in `folder`, and gives the exit code that it had.
/// Throws DataError for a result.json that is damaged.
[[nodiscard]] int tell_ended_run(const std::filesystem::path& folder, const OutputArguments& out);

}  // namespace caloquant::cli
