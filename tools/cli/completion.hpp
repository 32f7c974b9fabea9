#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace caloquant::cli {

// Scripts for the completion of commands, options, words that an option takes, and files, made
// from the command line's own tree.
[[nodiscard]] std::string bash_completion(const CLI::App& app);
[[nodiscard]] std::string zsh_completion(const CLI::App& app);
[[nodiscard]] std::string fish_completion(const CLI::App& app);

}  // namespace caloquant::cli
