#include "tools/cli/command_help.hpp"
#include "tools/cli/completion.hpp"
#include "tools/cli/option_facts.hpp"

namespace caloquant::cli {
namespace {

/// Text within '...' and an _arguments specification.
std::string zsh_quoted(const std::string& text) {
  std::string result;
  for (const char character : text) {
    if (character == '\'') {
      result += "'\\''";
    } else {
      result += std::string(character == '[' || character == ']' || character == ':' ? "\\" : "") +
                character;
    }
  }
  return result;
}

std::string zsh_value(const OptionFacts& option) {
  switch (option.kind) {
    case ValueKind::choice:
      return option.list ? "_values -s , value " + joined(option.choices, " ")
                         : "(" + joined(option.choices, " ") + ")";
    case ValueKind::file:
      return "_files";
    case ValueKind::folder:
      return "_files -/";
    case ValueKind::free:
    case ValueKind::flag:
      break;
  }
  return " ";
}

/// One argument of _arguments, e.g. '(-o --output)'{-o,--output}'[folder]:DIR:_files -/'.
std::string zsh_argument(const OptionFacts& option) {
  if (option.positional) {
    return std::string("'") +
           (option.many       ? "*"
            : option.required ? ""
                              : ":") +
           ":" + zsh_quoted(option.names.front()) + ":" + zsh_value(option) + "'";
  }
  std::string text = "'[" + zsh_quoted(option.description) + "]";
  if (option.kind != ValueKind::flag) {
    text += ":" + zsh_quoted(option.value) + ":" + zsh_value(option);
  }
  text += "'";
  const std::string names = joined(option.names, ",");
  if (option.many) {
    return "'*'" + (option.names.size() > 1 ? "{" + names + "}" : names) + text;
  }
  return option.names.size() > 1 ? "'(" + joined(option.names, " ") + ")'{" + names + "}" + text
                                 : names + text;
}

std::string zsh_arguments(const Command& command) {
  std::string text;
  for (const OptionFacts& option : options_of(command)) {
    text += " \\\n        " + zsh_argument(option);
  }
  return text;
}

}  // namespace

std::string zsh_completion(const Command& app) {
  std::string commands;
  std::string cases;
  for (const Command* command : commands_of(app)) {
    commands += "    '" + command->get_name() + ":" + zsh_quoted(summary_of(*command)) + "'\n";
    cases +=
        "    " + command->get_name() + ")\n      _arguments -s" + zsh_arguments(*command) + " ;;\n";
  }
  return "#compdef caloquant\n# made by 'caloquant completion zsh'\n_caloquant() {\n"
         "  local -a commands\n  commands=(\n" +
         commands +
         "  )\n  if ((CURRENT == 2)); then\n    _describe -t commands 'caloquant command' "
         "commands\n"
         "    [[ $PREFIX == -* ]] && _arguments -s" +
         zsh_arguments(app) +
         "\n    return\n  fi\n  local command=$words[2]\n  shift words\n  ((CURRENT--))\n"
         "  case $command in\n" +
         cases +
         "  esac\n}\nif [[ $funcstack[1] == _caloquant ]]; then\n  _caloquant \"$@\"\nelse\n"
         "  compdef _caloquant caloquant\nfi\n";
}

}  // namespace caloquant::cli
