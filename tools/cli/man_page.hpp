#pragma once

#include <string>
#include "tools/cli/command_line.hpp"

namespace caloquant::cli {

/// The manual page caloquant(1) in roff (man macros), made from the command line's own tree.
[[nodiscard]] std::string man_page(const Command& app);

}  // namespace caloquant::cli
