#pragma once

#include <string>
#include <vector>
#include "tools/cli/command_line.hpp"

#include "quantizer/output/progress/text_style.hpp"

namespace caloquant::cli {

/// --json, --quiet and --color, the same for every command with something to say.
struct OutputArguments {
  bool json = false;
  bool quiet = false;
  std::string color = "auto";

  void add_to(Command& command);
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
[[nodiscard]] std::string color_given(const Command& app);

/// An option with one of some words as its value, which help and shell completion show.
Option* add_choice(Command& command, const std::string& names, std::string& value,
                   const std::vector<std::string>& choices, const std::string& description);

/// --threads.
void add_threads(Command& command, int& threads);

/// --follow-links of commands that take data files.
void add_follow_links(Command& command, bool& follow_links);

// Headings of options in the help of a command.
inline constexpr const char* output_options = "Output";
inline constexpr const char* model_options = "Model";
inline constexpr const char* execution_options = "Execution";

}  // namespace caloquant::cli
