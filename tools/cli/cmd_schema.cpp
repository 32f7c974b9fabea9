#include <iostream>

#include "quantizer/config/schema_markdown.hpp"
#include "tools/cli/commands.hpp"

namespace caloquant::cli {

void add_schema(Command& app, Action& action) {
  Command* command = add_command(
      app, {"schema",
            check_commands,
            "Print the JSON Schema of the run config",
            "Every key of a run config with its type, range, default and meaning, as JSON Schema "
            "2020-12; editors can complete and check a config with it.",
            {"caloquant schema > run_config.schema.json"}});
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
