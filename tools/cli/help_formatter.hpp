#pragma once

#include <string>
#include "tools/cli/command_line.hpp"

namespace caloquant::cli {

/// Help for a terminal of 80 columns: of the program the commands by group, of a command its
/// paragraph, its options by group and its examples.
[[nodiscard]] std::string help_of(const Command& command);

/// `text` in lines of at most `width` columns, cut at spaces; those after the first begin with
/// `indent` spaces, which count.
[[nodiscard]] std::string wrapped(const std::string& text, std::size_t width,
                                  std::size_t indent = 0);

}  // namespace caloquant::cli
