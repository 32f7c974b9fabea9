#pragma once

#include <string>

#include "graph/json/json_fwd.hpp"

namespace caloquant {

/// Checks `instance` against a JSON Schema and returns it with the defaults filled in and the keys
/// of objects in the order of the schema.
///
/// The subset of draft 2020-12 that is understood: type (one name), properties, required,
/// additionalProperties (false or a schema), enum, minimum, maximum, exclusiveMinimum, items,
/// minItems, oneOf (told apart by type), $ref to #/$defs, default; $schema, title, description
/// and examples are for readers. Stricter than the standard in one point: an integer is written
/// without a fraction or an exponent.
///
/// Throws ConfigError at the place `source`#<JSON pointer>.
[[nodiscard]] Json checked_with_defaults(const Json& instance, const Json& schema,
                                         const std::string& source);

}  // namespace caloquant
