#pragma once

#include <filesystem>
#include <string>

namespace caloquant {

/// Writes an OutputFile. Throws BackendError.
void write_text_file(const std::string& text, const std::filesystem::path& file);

}  // namespace caloquant
