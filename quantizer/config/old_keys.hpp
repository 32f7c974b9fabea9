#pragma once

#include <string>
#include <vector>

#include "graph/json/json.hpp"

namespace caloquant {

/// Which of two names of a key counts where a document has both: a file must not, an override that
/// uses the old name comes after what the file says.
enum class BothNames { refused, old_wins };

/// Gives the keys of a document that have names of earlier versions their present ones. Returns a
/// sentence for each, for the user; `place` is in front of the pointer there ("run.json#"). Throws
/// ConfigError where both names stand and that is refused.
[[nodiscard]] std::vector<std::string> rename_old_keys(Json& document, const std::string& place,
                                                       BothNames both = BothNames::refused);

}  // namespace caloquant
