#include "tools/cli/command_help.hpp"
#include "tools/cli/completion.hpp"
#include "tools/cli/option_facts.hpp"

namespace caloquant::cli {
namespace {

constexpr const char* bash_head =
    R"(# bash completion for caloquant; made by 'caloquant completion bash'
_caloquant_files() {
  compopt -o filenames 2>/dev/null
  mapfile -t COMPREPLY < <(compgen -f -- "$1")
}
_caloquant_folders() {
  compopt -o filenames 2>/dev/null
  mapfile -t COMPREPLY < <(compgen -d -- "$1")
}
_caloquant_words() {
  mapfile -t COMPREPLY < <(compgen -W "$1" -- "$2")
}
# words separated by commas: the last one is completed
_caloquant_list() {
  local head=""
  [[ $2 == *,* ]] && head="${2%,*},"
  compopt -o nospace 2>/dev/null
  mapfile -t COMPREPLY < <(compgen -P "$head" -W "$1" -- "${2##*,}")
}
_caloquant() {
  local cur="${COMP_WORDS[COMP_CWORD]}" prev="${COMP_WORDS[COMP_CWORD-1]}" command="${COMP_WORDS[1]}"
  COMPREPLY=()
  # --option=value is three words
  if [[ $cur == = ]]; then
    cur=""
  elif [[ $prev == = ]]; then
    prev="${COMP_WORDS[COMP_CWORD-2]}"
  fi
)";

/// What completes the value of an option; empty for values that only the user knows.
std::string value_action(const OptionFacts& option) {
  switch (option.kind) {
    case ValueKind::choice:
      return std::string(option.list ? "_caloquant_list" : "_caloquant_words") + " \"" +
             joined(option.choices, " ") + "\" \"$cur\"";
    case ValueKind::file:
      return "_caloquant_files \"$cur\"";
    case ValueKind::folder:
      return "_caloquant_folders \"$cur\"";
    case ValueKind::free:
    case ValueKind::flag:
      break;
  }
  return ":";
}

std::string bash_case(const Command& command) {
  std::string words;
  std::string values;
  std::string positional = ":";
  for (const OptionFacts& option : options_of(command)) {
    if (option.positional) {
      positional = positional == ":" ? value_action(option) : positional;
      continue;
    }
    words += (words.empty() ? "" : " ") + joined(option.names, " ");
    if (option.kind != ValueKind::flag) {
      values +=
          "        " + joined(option.names, "|") + ") " + value_action(option) + "; return ;;\n";
    }
  }
  return "    " + command.get_name() + ")\n      case \"$prev\" in\n" + values +
         "      esac\n      if [[ $cur == -* ]]; then\n        _caloquant_words \"" + words +
         "\" \"$cur\"\n      else\n        " + positional + "\n      fi ;;\n";
}

}  // namespace

std::string bash_completion(const Command& app) {
  std::string commands;
  std::string cases;
  for (const Command* command : commands_of(app)) {
    commands += (commands.empty() ? "" : " ") + command->get_name();
    cases += bash_case(*command);
  }
  std::string options;
  for (const OptionFacts& option : options_of(app)) {
    options += (options.empty() ? "" : " ") + joined(option.names, " ");
  }
  return bash_head +
         std::string("  if ((COMP_CWORD == 1)); then\n    if [[ $cur == -* ]]; then\n") +
         "      _caloquant_words \"" + options +
         "\" \"$cur\"\n    else\n      _caloquant_words \"" + commands +
         "\" \"$cur\"\n    fi\n    return\n  fi\n  case \"$command\" in\n" + cases +
         "  esac\n}\ncomplete -F _caloquant caloquant\n";
}

}  // namespace caloquant::cli
