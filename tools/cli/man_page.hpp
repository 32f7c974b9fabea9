#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace caloquant::cli {

/// The manual page caloquant(1) in roff (man macros), made from the command line's own tree.
[[nodiscard]] std::string man_page(const CLI::App& app);

}  // namespace caloquant::cli
