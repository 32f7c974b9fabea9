#include "tools/cli/help_formatter.hpp"

#include <algorithm>
#include <sstream>
#include <vector>

#include "tools/cli/command_help.hpp"
#include "tools/cli/option_facts.hpp"

namespace caloquant::cli {
namespace {

constexpr std::size_t line_width = 80;
constexpr std::size_t option_column = 30;

/// Two columns; a left part that is too long has a line of its own.
std::string two_columns(const std::string& left, const std::string& right, std::size_t column) {
  std::string text = "  " + left;
  text += text.size() + 2 > column ? "\n" + std::string(column, ' ')
                                   : std::string(column - text.size(), ' ');
  const std::string description = wrapped(std::string(column, '.') + right, line_width, column);
  return text + description.substr(column) + "\n";
}

std::string described(const OptionFacts& option) {
  std::string text = option.description;
  if (!option.default_text.empty()) {
    text += " [" + option.default_text + "]";
  }
  return option.required && !option.positional ? text + " (required)" : text;
}

std::string option_help(const Command& command) {
  const std::vector<OptionFacts> options = options_of(command);
  std::vector<std::string> groups;
  for (const OptionFacts& option : options) {
    const std::string group = option.positional ? "Arguments" : option.group;
    if (std::ranges::find(groups, group) == groups.end()) {
      groups.push_back(group);
    }
  }
  std::string text;
  for (const std::string& group : groups) {
    text += "\n" + group + ":\n";
    for (const OptionFacts& option : options) {
      if ((option.positional ? "Arguments" : option.group) == group) {
        text += two_columns(spelling(option), described(option), option_column);
      }
    }
  }
  return text;
}

std::string command_list(const Command& app) {
  constexpr std::size_t column = 17;
  std::string text;
  for (const std::string& group : command_groups(app)) {
    text += "\n" + group + ":\n";
    for (const Command* command : commands_of(app)) {
      if (command->get_group() == group) {
        text += two_columns(command->get_name(), summary_of(*command), column);
      }
    }
  }
  return text;
}

}  // namespace

std::string wrapped(const std::string& text, std::size_t width, std::size_t indent) {
  std::istringstream words(text);
  std::string result;
  std::string word;
  std::size_t used = 0;
  while (words >> word) {
    if (used > 0 && used + 1 + word.size() > width) {
      result += "\n" + std::string(indent, ' ') + word;
      used = indent + word.size();
    } else {
      result += (used > 0 ? " " : "") + word;
      used += (used > 0 ? 1 : 0) + word.size();
    }
  }
  return result;
}

std::string help_of(const Command& command) {
  const Command* program = command.get_parent();
  std::string help = wrapped(summary_of(command), line_width) + "\n";
  if (!text_of(command).empty()) {
    help += "\n" + wrapped(text_of(command), line_width) + "\n";
  }
  const std::string name = command.get_name();
  help += "\nUsage: " +
          (program == nullptr ? name + " COMMAND [options]"
                              : usage_of(command, program->get_name() + " " + name)) +
          "\n";
  help += command_list(command) + option_help(command);
  return help + "\n" + command.get_footer() + "\n";
}

}  // namespace caloquant::cli
