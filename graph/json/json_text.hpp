#pragma once

#include <string>

#include "graph/json/json_fwd.hpp"

namespace caloquant {

/// Indented text for a file. Bytes that are no UTF-8, as a path may have them, become U+FFFD.
[[nodiscard]] std::string json_text(const Json& json);

/// The same for a terminal: all beyond ASCII is escaped, so that no terminal acts on it.
[[nodiscard]] std::string terminal_json(const Json& json);

}  // namespace caloquant
