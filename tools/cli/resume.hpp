#pragma once

#include <caloquant/config.hpp>
#include <filesystem>
#include <optional>

#include "tools/cli/output_arguments.hpp"

namespace caloquant::cli {

/// Says what the run came to whose results are in `folder`, and gives the exit code that it had.
/// Throws DataError for a result.json that is damaged; UsageError, with the difference, where it is
/// of another run than `config`, if there is one.
[[nodiscard]] int tell_ended_run(const std::filesystem::path& folder,
                                 const std::optional<RunConfig>& config,
                                 const OutputArguments& out);

}  // namespace caloquant::cli
