#pragma once

#include <filesystem>
#include <string>

namespace caloquant {

/// SHA-256 of a model: of a file its bytes, of a folder (a SavedModel) the names and hashes of all
/// files in it, sorted by name. Empty when something cannot be read.
[[nodiscard]] std::string sha256_of_model(const std::filesystem::path& model);

}  // namespace caloquant
