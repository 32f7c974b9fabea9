#pragma once

#include <string>
#include <string_view>

namespace caloquant {

/// A reference for people of a JSON Schema in the subset of json_schema.hpp, as Markdown: a section
/// per key of the root and per definition that is an object, a row per key with its JSON pointer,
/// type, default, values, and its description with examples.
///
/// In pointers `*` stands for any key of an object. Definitions that are no objects are written out
/// where they are used. Throws ConfigError when `schema` is no JSON.
[[nodiscard]] std::string schema_markdown(std::string_view schema);

}  // namespace caloquant
