#include "tools/cli/output_arguments.hpp"

#include "tools/cli/number_arguments.hpp"

#include <unistd.h>

#include <cstdlib>

#include "quantizer/output/progress/progress.hpp"

namespace caloquant::cli {
namespace {

/// Value of an environment variable; empty when it is not set.
std::string environment(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe) before any thread
  return value == nullptr ? "" : value;
}

}  // namespace

void OutputArguments::add_to(CLI::App& command) {
  CLI::Option* as_json =
      command.add_flag("--json", json, "print one JSON document on stdout, nothing else");
  as_json->group(output_options);
  command.add_flag("--quiet", quiet, "print errors only")->excludes(as_json)->group(output_options);
  add_choice(command, "--color", color, {"auto", "always", "never"},
             "colours; auto: on a terminal, unless NO_COLOR is set")
      ->capture_default_str()
      ->group(output_options);
}

bool OutputArguments::progress() const {
  return !quiet && is_terminal(STDERR_FILENO);
}

TextStyle OutputArguments::style() const {
  return style_for(color, STDOUT_FILENO);
}

TextStyle style_for(const std::string& color, int descriptor) {
  if (color != "auto") {
    return {color == "always"};
  }
  return {is_terminal(descriptor) && environment("NO_COLOR").empty() &&
          environment("TERM") != "dumb"};
}

std::string color_given(const CLI::App& app) {
  for (const CLI::App* command : app.get_subcommands()) {
    const CLI::Option* option = command->get_option_no_throw("--color");
    if (option != nullptr && option->count() > 0) {
      return option->results().front();
    }
  }
  return "auto";
}

CLI::Option* add_choice(CLI::App& command, const std::string& names, std::string& value,
                        const std::vector<std::string>& choices, const std::string& description) {
  return command.add_option(names, value, description)->check(CLI::IsMember(choices));
}

void add_threads(CLI::App& command, int& threads) {
  command.add_option("--threads", threads, "threads, at most the processors or 8 (0: all)")
      ->transform(integer_in(0, 4096))
      ->group(execution_options);
}

void add_follow_links(CLI::App& command, bool& follow_links) {
  command
      .add_flag("--follow-links", follow_links,
                "HDF5 data files may have parts in other files of their own folder")
      ->group(model_options);
}

}  // namespace caloquant::cli
