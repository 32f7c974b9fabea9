#pragma once

#include <string>

#include "graph/json/json_fwd.hpp"

namespace caloquant {

/// Applies one "--set" argument, "/json/pointer=value", to a document. The pointer ends at the
/// first
/// '='. The value is JSON or else a plain string. Objects that are missing on the way are made; an
/// index of an array may be one past its end, or "-", to append.
/// Throws UsageError when the argument has no such form or the pointer leads nowhere.
void apply_override(Json& document, const std::string& argument);

}  // namespace caloquant
