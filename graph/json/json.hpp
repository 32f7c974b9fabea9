#pragma once

// The door to JSON: the only header that includes nlohmann-json. Headers that only name Json
// include graph/json/json_fwd.hpp.

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "graph/json/json_fwd.hpp"
#include "ops/core/number.hpp"

// Compiled once, in json.cpp.
extern template class nlohmann::basic_json<nlohmann::ordered_map>;

namespace caloquant {

/// May a text hold // and /* */ comments, which JSON itself lacks?
enum class JsonComments { refused, allowed };

/// Arrays and objects may lie this deep inside each other: what reads a document walks it
/// recursively.
inline constexpr int deepest_json = 256;

/// Strict parse: a duplicate key, a number that a double cannot hold, and more than deepest_json
/// levels are errors. `place` names the source (a file, an attribute) in messages, which also carry
/// line and column. Throws E (ConfigError, ModelError or DataError).
template <typename E>
[[nodiscard]] Json parse_json(std::string_view text, const std::string& place,
                              JsonComments comments = JsonComments::refused);

/// Bytes of the longest text that is read.
inline constexpr std::uint64_t largest_text = std::uint64_t{1} << 28;

/// Whole text of an ordinary file. Throws E when it cannot be read, or is longer.
template <typename E>
[[nodiscard]] std::string read_text(const std::filesystem::path& file);

/// The value as T: a number that is finite as T, a whole one for integers, true or false, a text, a
/// list of such. Nothing for any other: no fraction is cut off, no sign or bit is lost. T: double,
/// float, std::int64_t, std::uint64_t, bool, std::string, std::vector<std::int64_t>.
template <typename T>
[[nodiscard]] std::optional<T> json_as(const Json& value);

/// The number json[key]. Throws E with `place` and the key where it is missing, no number, or not
/// in the range.
template <typename E>
[[nodiscard]] double json_number_at(const Json& json, const char* key, const std::string& place,
                                    const NumberRange& range);

/// What a file of ours says that it is: "_format" and "_version" of a document must be these.
/// Throws E, which says of a higher version that a newer caloquant wrote it.
template <typename E>
void require_format(const Json& json, const std::string& place, std::string_view format,
                    std::int64_t version);

/// Finite numbers as they are; NaN and infinities (which JSON lacks) as the strings "nan", "inf",
/// "-inf", so that an output stays valid JSON.
[[nodiscard]] Json json_number(double value);

}  // namespace caloquant
