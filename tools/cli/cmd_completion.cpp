#include <iostream>

#include "tools/cli/commands.hpp"
#include "tools/cli/completion.hpp"

namespace caloquant::cli {

void add_completion(Command& app, Action& action) {
  Command* command = add_command(
      app, {"completion",
            check_commands,
            "Print a script that completes commands and options in a shell",
            "The script knows every command, its options, the words that options take, and where "
            "files are wanted. An installed caloquant has brought it to where shells look for it.",
            {"source <(caloquant completion bash)",
             "caloquant completion fish > ~/.config/fish/completions/caloquant.fish"}});
  auto shell = std::make_shared<std::string>();
  add_choice(*command, "SHELL", *shell, {"bash", "zsh", "fish"}, "bash, zsh or fish")->required();
  command->callback([shell, &app, &action] {
    action = [shell, &app] {
      std::cout << (*shell == "bash"  ? bash_completion(app)
                    : *shell == "zsh" ? zsh_completion(app)
                                      : fish_completion(app));
      return exit_ok;
    };
  });
}

}  // namespace caloquant::cli
