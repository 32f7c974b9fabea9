#pragma once

// The name Json alone, for headers; who looks into a value includes graph/json/json.hpp.

#include <nlohmann/json_fwd.hpp>

namespace caloquant {

/// Objects keep the order in which keys were written.
using Json = nlohmann::ordered_json;

}  // namespace caloquant
