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

void OutputArguments::add_to(Command& command) {
  Option* as_json =
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

std::string color_given(const Command& app) {
  if (app.chosen() != nullptr) {
    for (const Option* option : app.chosen()->get_options()) {
      if (option->facts().names == std::vector<std::string>{"--color"} &&
          !option->given().empty()) {
        return option->given().front();
      }
    }
  }
  return "auto";
}

Option* add_choice(Command& command, const std::string& names, std::string& value,
                   const std::vector<std::string>& choices, const std::string& description) {
  return command.add_option(names, value, description)->one_of(choices);
}

void add_threads(Command& command, int& threads) {
  command.add_option("--threads", threads, "threads, at most the processors or 8 (0: all)")
      ->transform(integer_in(0, 4096))
      ->group(execution_options);
}

void add_follow_links(Command& command, bool& follow_links) {
  command
      .add_flag("--follow-links", follow_links,
                "HDF5 data files may have parts in other files of their own folder")
      ->group(model_options);
}

}  // namespace caloquant::cli
