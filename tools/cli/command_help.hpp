#pragma once

#include <string>
#include <vector>
#include "tools/cli/command_line.hpp"

namespace caloquant::cli {

/// What a command is, as help, manual page and shell completion tell it.
struct CommandHelp {
  const char* name;
  const char* group;    ///< heading in the list of commands; "" hides the command
  const char* summary;  ///< one line, for lists
  const char* text;     ///< one paragraph
  std::vector<std::string> examples;
};

// Headings in the list of commands, in this order.
inline constexpr const char* main_commands = "Main job";
inline constexpr const char* model_commands = "Models";
inline constexpr const char* data_commands = "Data";
inline constexpr const char* check_commands = "Checks and help";

/// Adds a subcommand with description and footer. Its callback stays to be set.
Command* add_command(Command& app, const CommandHelp& help);

/// The first line of a command's description.
[[nodiscard]] std::string summary_of(const Command& command);
/// What follows it.
[[nodiscard]] std::string text_of(const Command& command);

/// Commands that are not hidden, in the order in which they were added.
[[nodiscard]] std::vector<const Command*> commands_of(const Command& app);

/// Their headings, without repetitions: known ones in the order above, others behind them.
[[nodiscard]] std::vector<std::string> command_groups(const Command& app);

/// Every exit code, a line each: "0", "done".
[[nodiscard]] std::vector<std::pair<std::string, std::string>> exit_code_texts();

}  // namespace caloquant::cli
