#include "tools/cli/application.hpp"

#include <algorithm>

#include "quantizer/config/nearest_key.hpp"

namespace caloquant::cli {
namespace {

std::string footer() {
  std::string text =
      "Help on a command, with examples: caloquant COMMAND --help\n\nExamples:\n"
      "  caloquant init model.onnx --data rows.npy -o run.json   write a config to start from\n"
      "  caloquant quantize run.json --dry-run                   what would be done, and how long\n"
      "  caloquant quantize run.json -o results                  do it\n\nExit codes:\n";
  for (const auto& [code, meaning] : exit_code_texts()) {
    text.append("  ").append(code).append(5 - code.size(), ' ').append(meaning).append("\n");
  }
  text.pop_back();
  return text;
}

/// "; did you mean 'quantize'?"; empty when nothing is near.
std::string suggestion(const std::string& word, const std::vector<std::string>& known) {
  const std::string near = nearest_key(word, known);
  return near.empty() ? "" : "did you mean '" + near + "'? ";
}

std::vector<std::string> long_options(const Command& command) {
  std::vector<std::string> names;
  for (const OptionFacts& option : options_of(command)) {
    for (const std::string& name : option.names) {
      if (name.starts_with("--")) {
        names.push_back(name);
      }
    }
  }
  return names;
}

/// The first argument that looks like an option which `command` does not have; empty: none.
std::string unknown_option(const Command& command, const std::vector<std::string>& arguments) {
  const std::vector<std::string> known = long_options(command);
  for (const std::string& argument : arguments) {
    std::string name = argument.substr(0, argument.find('='));
    if (name.starts_with("--") && name.size() > 2 &&
        std::ranges::find(known, name) == known.end()) {
      return name;
    }
  }
  return "";
}

}  // namespace

std::unique_ptr<Command> make_application(Action& action) {
  auto app = std::make_unique<Command>(
      "caloquant",
      "caloquant quantizes calorimeter shower generators from FP32 to INT8 and keeps the physics.",
      "caloquant " CALOQUANT_VERSION);
  app->footer(footer());
  add_quantize(*app, action);
  add_init(*app, action);
  add_evaluate(*app, action);
  add_check(*app, action);
  add_report(*app, action);
  add_compare(*app, action);
  add_generate(*app, action);
  add_run(*app, action);
  add_verify(*app, action);
  add_convert(*app, action);
  add_inspect(*app, action);
  add_benchmark(*app, action);
  add_make_showers(*app, action);
  add_test_onnx(*app, action);
  add_operators(*app, action);
  add_schema(*app, action);
  add_completion(*app, action);
  add_man(*app, action);
  return app;
}

std::string usage_problem(const Command& app, const std::string& problem,
                          const std::vector<std::string>& arguments) {
  if (app.chosen() == nullptr) {
    if (arguments.empty() || arguments.front().starts_with("-")) {
      return "a command is missing; see caloquant --help";
    }
    std::vector<std::string> names;
    for (const Command* command : commands_of(app)) {
      names.push_back(command->get_name());
    }
    return "there is no command '" + arguments.front() + "'; " +
           suggestion(arguments.front(), names) + "see caloquant --help";
  }
  const Command& command = *app.chosen();
  const std::string name = command.get_name();
  const std::string see = "see caloquant " + name + " --help";
  const std::string unknown = unknown_option(command, arguments);
  if (!unknown.empty()) {
    return name + ": there is no option '" + unknown + "'; " +
           suggestion(unknown, long_options(command)) + see;
  }
  return name + ": " + problem + "; " + see;
}

}  // namespace caloquant::cli
