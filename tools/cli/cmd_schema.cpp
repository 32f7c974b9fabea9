#include <iostream>

#include "tools/cli/commands.hpp"

namespace caloquant::cli {

void add_schema(CLI::App& app, Action& action) {
  CLI::App* command = add_command(
      app, {"schema",
            check_commands,
            "Print the JSON Schema of the run config",
            "Every key of a run config with its type, range, default and meaning, as JSON Schema "
            "2020-12; editors can complete and check a config with it.",
            {"caloquant schema > run_config.schema.json"}});
  command->callback([&action] {
    action = [] {
      std::cout << run_config_schema();
      return exit_ok;
    };
  });
}

}  // namespace caloquant::cli
