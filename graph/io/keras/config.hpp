#pragma once

#include <string>

#include "graph/io/keras/model.hpp"
#include "graph/json/json.hpp"

namespace caloquant {

/// Understands the dialects of Keras 2.0 to 3; `file` names the source in messages, `keras` is the
/// major version that wrote it. Refuses options that are not known (keras_option_table.hpp) at
/// every level. Throws ModelError.
[[nodiscard]] KerasModel parse_keras_model(const Json& root, const std::string& file, int keras);

}  // namespace caloquant
