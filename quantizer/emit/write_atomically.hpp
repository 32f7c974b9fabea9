#pragma once

#include <filesystem>
#include <string>

namespace caloquant {

/// The file appears with its whole text, or not at all. Throws BackendError.
void write_atomically(const std::string& text, const std::filesystem::path& file);

}  // namespace caloquant
