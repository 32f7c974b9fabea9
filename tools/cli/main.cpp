// Parses, dispatches, maps errors to exit codes, sees that output arrives. Nothing else.

#include <unistd.h>

#include <algorithm>
#include <caloquant/error.hpp>
#include <iostream>
#include <new>

#include "ops/core/terminal_text.hpp"
#include "ops/cpu/isa.hpp"
#include "tools/cli/application.hpp"
#include "tools/cli/help_formatter.hpp"
#include "tools/cli/interrupt.hpp"
#include "tools/cli/standard_streams.hpp"
#include "tools/cli/waiting.hpp"

namespace {

using namespace caloquant;

/// One line on stderr; returns the exit code.
int fail(const cli::Command& app, const std::string& message, int code) {
  const TextStyle style = cli::style_for(cli::color_given(app), STDERR_FILENO);
  std::cerr << style.bad("caloquant:") << ' ' << terminal_text(message) << '\n';
  return code;
}

int run(const cli::Command& app, const cli::Action& action) {
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

int run_command_line(int argc, char** argv) {
  // Before the options are made: their defaults ask for it.
  if (const int code = check_environment(); code != cli::exit_ok) {
    return code;
  }
  cli::Action action;
  const std::unique_ptr<cli::Command> app = cli::make_application(action);
  const std::vector<std::string> arguments{argv + std::min(argc, 1), argv + argc};
  const cli::ParseResult parsed = app->parse(arguments);
  switch (parsed.end) {
    case cli::ParseEnd::ready:
      return run(*app, action);
    case cli::ParseEnd::help:
      std::cout << cli::help_of(app->chosen() == nullptr ? *app : *app->chosen());
      return cli::exit_ok;
    case cli::ParseEnd::version:
      std::cout << parsed.text << '\n';
      return cli::exit_ok;
    case cli::ParseEnd::incomplete:
    case cli::ParseEnd::wrong:
      break;
  }
  return fail(*app, cli::usage_problem(*app, parsed.text, arguments), exit_code(ErrorKind::usage));
}

}  // namespace

int main(int argc, char** argv) {
  cli::wait_briefly(argv);
  cli::StandardStreams streams;
  cli::prepare_signals();
  return streams.finish(run_command_line(argc, argv));
}
