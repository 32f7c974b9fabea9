#pragma once

#include <string>
#include "tools/cli/command_line.hpp"

namespace caloquant::cli {

// Scripts for the completion of commands, options, words that an option takes, and files, made
// from the command line's own tree.
[[nodiscard]] std::string bash_completion(const Command& app);
[[nodiscard]] std::string zsh_completion(const Command& app);
[[nodiscard]] std::string fish_completion(const Command& app);

}  // namespace caloquant::cli
