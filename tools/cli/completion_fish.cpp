#include "tools/cli/command_help.hpp"
#include "tools/cli/completion.hpp"
#include "tools/cli/option_facts.hpp"

namespace caloquant::cli {
namespace {

std::string fish_quoted(const std::string& text) {
  std::string result = "'";
  for (const char character : text) {
    result += character == '\'' || character == '\\' ? std::string("\\") + character
                                                     : std::string(1, character);
  }
  return result + "'";
}

std::string fish_value(const OptionFacts& option) {
  switch (option.kind) {
    case ValueKind::choice:
      return " -x -a " + fish_quoted(joined(option.choices, " "));
    case ValueKind::file:
      return " -r -F";
    case ValueKind::folder:
      return " -x -a '(__fish_complete_directories)'";
    case ValueKind::free:
      return " -x";
    case ValueKind::flag:
      break;
  }
  return "";
}

std::string fish_option(const OptionFacts& option, const std::string& condition) {
  std::string line = "complete -c caloquant" + condition;
  for (const std::string& name : option.names) {
    line += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  }
  return line + " -d " + fish_quoted(option.description) + fish_value(option) + "\n";
}

}  // namespace

std::string fish_completion(const Command& app) {
  const std::string no_command = " -n __fish_use_subcommand";
  std::string text =
      "# fish completion for caloquant; made by 'caloquant completion fish'\n"
      "complete -c caloquant -f\n";
  for (const OptionFacts& option : options_of(app)) {
    text += fish_option(option, no_command);
  }
  for (const Command* command : commands_of(app)) {
    text += "complete -c caloquant" + no_command + " -a " + command->get_name() + " -d " +
            fish_quoted(summary_of(*command)) + "\n";
  }
  for (const Command* command : commands_of(app)) {
    const std::string chosen =
        " -n " + fish_quoted("__fish_seen_subcommand_from " + command->get_name());
    for (const OptionFacts& option : options_of(*command)) {
      if (!option.positional) {
        text += fish_option(option, chosen);
      } else if (option.kind != ValueKind::free) {
        const bool words = option.kind == ValueKind::choice;
        text += "complete -c caloquant" + chosen +
                (words ? " -a " + fish_quoted(joined(option.choices, " ")) : " -F") + "\n";
      }
    }
  }
  return text;
}

}  // namespace caloquant::cli
