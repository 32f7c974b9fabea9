#pragma once

#include <filesystem>
#include <string>

namespace caloquant {

/// Writes a file that is there whole or not at all. Throws BackendError.
void write_text_file(const std::string& text, const std::filesystem::path& file);

}  // namespace caloquant
