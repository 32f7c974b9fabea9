#pragma once

#include <string>

#include "graph/json/json_fwd.hpp"
#include "ops/schema/op.hpp"

namespace caloquant {

/// {"op": "conv", "strides": [..], ...}: every attribute, by the names of ops/schema/op.hpp.
[[nodiscard]] Json op_to_json(const Op& op);

/// The inverse. Throws ModelError with place `where` for an unknown operator, a missing attribute
/// or one of the wrong type.
[[nodiscard]] Op op_from_json(const Json& json, const std::string& where);

/// json.at(key) as T, as a ModelError with place `where` when it is absent or of another type.
template <typename T>
[[nodiscard]] T json_field(const Json& json, const char* key, const std::string& where);

}  // namespace caloquant
