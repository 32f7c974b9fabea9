#include <iostream>

#include "tools/cli/commands.hpp"
#include "tools/cli/man_page.hpp"

namespace caloquant::cli {

void add_man(Command& app, Action& action) {
  constexpr const char* hidden = "";
  Command* command = add_command(app, {"man",
                                       hidden,
                                       "Print the manual page (roff)",
                                       "For the build, which installs it.",
                                       {"caloquant man | man -l -"}});
  command->callback([&app, &action] {
    action = [&app] {
      std::cout << man_page(app);
      return exit_ok;
    };
  });
}

}  // namespace caloquant::cli
