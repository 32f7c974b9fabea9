#pragma once

// The door to JSON: the only header that includes nlohmann-json. Sources that include it are listed
// in caloquant_json_sources() of their CMakeLists.txt.

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace caloquant {

/// Objects keep the order in which keys were written.
using Json = nlohmann::ordered_json;

/// May a text hold // and /* */ comments, which JSON itself lacks?
enum class JsonComments { refused, allowed };

/// Strict parse: a duplicate key is an error. `place` names the source (a file, an attribute) in
/// messages, which also carry line and column. Throws E (ConfigError, ModelError or DataError).
template <typename E>
[[nodiscard]] Json parse_json(std::string_view text, const std::string& place,
                              JsonComments comments = JsonComments::refused);

/// Whole text of a file. Throws E when it cannot be read.
template <typename E>
[[nodiscard]] std::string read_text(const std::filesystem::path& file);

/// Finite numbers as they are; NaN and infinities (which JSON lacks) as the strings "nan", "inf",
/// "-inf", so that an output stays valid JSON.
[[nodiscard]] Json json_number(double value);

}  // namespace caloquant
