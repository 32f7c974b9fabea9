#include "tools/cli/command_help.hpp"

#include <algorithm>
#include <cstring>

namespace caloquant::cli {

Command* add_command(Command& app, const CommandHelp& help) {
  Command* command = app.add_subcommand(help.name, std::string(help.summary) + "\n\n" + help.text);
  command->group(help.group);
  std::string footer = "Examples:\n";
  for (const std::string& example : help.examples) {
    footer += "  " + example + "\n";
  }
  const bool tunes = std::strcmp(help.name, "quantize") == 0;
  const bool gates = std::strcmp(help.name, "check") == 0;
  footer += std::string("\nExit codes: 0 done") +
            (tunes   ? " and target met"
             : gates ? " and the model passes"
                     : "") +
            ", 2 usage, 3 config, 4 model, 5 data, 6 backend,\n" +
            (tunes ? "7 target not met (the best model found is written),\n"
                     "8 target met, but the model is not faster than fp32: keep that; "
                   : "") +
            (gates ? "7 the model fails, " : "") + "130 interrupted.";
  command->footer(footer);
  return command;
}

std::string summary_of(const Command& command) {
  const std::string& description = command.get_description();
  return description.substr(0, description.find('\n'));
}

std::string text_of(const Command& command) {
  const std::string& description = command.get_description();
  const std::size_t text = description.find("\n\n");
  return text == std::string::npos ? "" : description.substr(text + 2);
}

std::vector<const Command*> commands_of(const Command& app) {
  std::vector<const Command*> commands = app.get_subcommands();
  std::erase_if(commands, [](const Command* command) { return command->get_group().empty(); });
  return commands;
}

std::vector<std::string> command_groups(const Command& app) {
  std::vector<std::string> groups{main_commands, model_commands, data_commands, check_commands};
  const std::vector<const Command*> commands = commands_of(app);
  std::erase_if(groups, [&](const std::string& group) {
    return std::ranges::find(commands, group, &Command::get_group) == commands.end();
  });
  for (const Command* command : commands) {
    if (std::ranges::find(groups, command->get_group()) == groups.end()) {
      groups.push_back(command->get_group());
    }
  }
  return groups;
}

std::vector<std::pair<std::string, std::string>> exit_code_texts() {
  return {
      {"0", "done; of quantize: the target is met"},
      {"2", "wrong command line"},
      {"3", "the config is wrong"},
      {"4", "the model cannot be read, does not fit, or does not agree with its framework"},
      {"5", "the data cannot be read or do not fit"},
      {"6", "the engine or the operating system failed, or a file or stdout cannot be written"},
      {"7", "the target is not met, the best model found is written; of check: the model fails"},
      {"8", "quantize: the target is met, but the model found is not faster than fp32"},
      {"130", "interrupted; of quantize: the best so far is written"}};
}

}  // namespace caloquant::cli
