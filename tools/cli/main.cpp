// Parses, dispatches, maps errors to exit codes. Nothing else.

#include <unistd.h>

#include <caloquant/error.hpp>
#include <iostream>
#include <new>

#include "ops/cpu/isa.hpp"
#include "tools/cli/application.hpp"

namespace {

using namespace caloquant;

/// One line on stderr; returns the exit code.
int fail(const CLI::App& app, const std::string& message, int code) {
  const TextStyle style = cli::style_for(cli::color_given(app), STDERR_FILENO);
  std::cerr << style.bad("caloquant:") << ' ' << message << '\n';
  return code;
}

int run(const CLI::App& app, const cli::Action& action) {
  try {
    return action();
  } catch (const Error& error) {
    return fail(app, error.what(), exit_code(error.kind()));
  } catch (const std::bad_alloc&) {
    return fail(app, "not enough memory; lower execution.batch (--batch) or use a smaller model",
                exit_code(ErrorKind::backend));
  } catch (const std::exception& error) {
    return fail(app, error.what(), exit_code(ErrorKind::backend));
  }
}

/// CALOQUANT_MAX_ISA must name an instruction set, whatever the command.
int check_environment() {
  try {
    static_cast<void>(active_isa());
  } catch (const Error& error) {
    std::cerr << "caloquant: " << error.what() << '\n';
    return exit_code(error.kind());
  }
  return cli::exit_ok;
}

}  // namespace

int main(int argc, char** argv) {
  // Before the options are made: their defaults ask for it.
  if (const int code = check_environment(); code != cli::exit_ok) {
    return code;
  }
  cli::Action action;
  const std::unique_ptr<CLI::App> app = cli::make_application(action);
  try {
    app->parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) {  // --help, --version
      return app->exit(error);
    }
    return fail(*app, cli::parse_problem(*app, error, {argv + 1, argv + argc}),
                exit_code(ErrorKind::usage));
  }
  return run(*app, action);
}
