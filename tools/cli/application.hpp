#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tools/cli/commands.hpp"

namespace caloquant::cli {

/// The whole command line; a parsed command is left in `action`, which must outlive it.
[[nodiscard]] std::unique_ptr<Command> make_application(Action& action);

/// What is wrong with the command line, as "place: problem; remedy".
/// `problem`: what the parser says.
[[nodiscard]] std::string usage_problem(const Command& app, const std::string& problem,
                                        const std::vector<std::string>& arguments);

}  // namespace caloquant::cli
