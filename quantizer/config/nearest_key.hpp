#pragma once

#include <string>
#include <vector>

namespace caloquant {

/// The candidate with the smallest Levenshtein distance to `key`, of equal ones the first; empty
/// when none is near enough to be a slip (at most a third of the letters, at least 2).
[[nodiscard]] std::string nearest_key(const std::string& key,
                                      const std::vector<std::string>& candidates);

}  // namespace caloquant
