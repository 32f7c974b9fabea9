#pragma once

#include <caloquant/config.hpp>
#include <filesystem>
#include <string>

#include "graph/json/json_fwd.hpp"

namespace caloquant {

/// A checked config (schema, then combinations of keys). `folder` is what relative paths are taken
/// from, `source` the first part of places in errors. Throws ConfigError.
[[nodiscard]] RunConfig run_config_from_json(Json document, const std::filesystem::path& folder,
                                             const std::string& source);

/// The resolved config: every default is written out.
[[nodiscard]] Json to_json(const RunConfig& config);

/// The part of it that a model follows from, alike wherever the files lie: these by their names
/// without folders; without `execution` and `report`, which change no model.
[[nodiscard]] Json model_facts_json(const RunConfig& config);

}  // namespace caloquant
