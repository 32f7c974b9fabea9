#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "quantizer/output/progress/text_style.hpp"

namespace caloquant::cli {

/// --json, --quiet and --color, the same for every command with something to say.
struct OutputArguments {
  bool json = false;
  bool quiet = false;
  std::string color = "auto";

  void add_to(CLI::App& command);
  /// Text for people on stdout?
  [[nodiscard]] bool text() const { return !json && !quiet; }
  /// A progress line on stderr?
  [[nodiscard]] bool progress() const;
  /// Of what goes to stdout.
  [[nodiscard]] TextStyle style() const;
};

/// Colours on this file? `color`: auto, always or never. With auto on a terminal that can show
/// them, where NO_COLOR (https://no-color.org) is not set.
[[nodiscard]] TextStyle style_for(const std::string& color, int descriptor);

/// The value of --color that was given to the command at hand; "auto" without one.
[[nodiscard]] std::string color_given(const CLI::App& app);

/// An option with one of some words as its value, which help and shell completion show.
CLI::Option* add_choice(CLI::App& command, const std::string& names, std::string& value,
                        const std::vector<std::string>& choices, const std::string& description);

/// --threads.
void add_threads(CLI::App& command, int& threads);

/// --follow-links of commands that take data files.
void add_follow_links(CLI::App& command, bool& follow_links);

// Headings of options in the help of a command.
inline constexpr const char* output_options = "Output";
inline constexpr const char* model_options = "Model";
inline constexpr const char* execution_options = "Execution";

}  // namespace caloquant::cli
