#include <iostream>

#include "quantizer/config/schema_markdown.hpp"
#include "tools/cli/commands.hpp"

namespace caloquant::cli {

void add_schema(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("schema", "Print the JSON schema of the run config");
  auto markdown = std::make_shared<bool>(false);
  command->add_flag("--markdown", *markdown, "print a reference of all keys in Markdown instead");
  command->callback([&action, markdown] {
    action = [markdown] {
      std::cout << (*markdown ? schema_markdown(run_config_schema()) : run_config_schema());
      return exit_ok;
    };
  });
}

}  // namespace caloquant::cli
