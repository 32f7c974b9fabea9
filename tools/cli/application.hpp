#pragma once

#include <CLI/CLI.hpp>
#include <memory>

#include "tools/cli/commands.hpp"

namespace caloquant::cli {

/// The whole command line; a parsed command is left in `action`, which must outlive it.
[[nodiscard]] std::unique_ptr<CLI::App> make_application(Action& action);

/// What is wrong with the command line, as "place: problem; remedy".
[[nodiscard]] std::string parse_problem(const CLI::App& app, const CLI::ParseError& error,
                                        const std::vector<std::string>& arguments);

}  // namespace caloquant::cli
