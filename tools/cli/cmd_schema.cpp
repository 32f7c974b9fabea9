#include <iostream>

#include "tools/cli/commands.hpp"

namespace caloquant::cli {

void add_schema(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("schema", "Print the JSON schema of the run config");
  command->callback([&action] {
    action = [] {
      std::cout << run_config_schema();
      return exit_ok;
    };
  });
}

}  // namespace caloquant::cli
