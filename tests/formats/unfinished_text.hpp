#pragma once

#include <filesystem>
#include <string>

namespace caloquant::testing {

// What a file of an unfinished run says, in a line. Each throws what users see.
[[nodiscard]] std::string unfinished_text(const std::filesystem::path& file);
[[nodiscard]] std::string trials_text(const std::filesystem::path& file);
[[nodiscard]] std::string prepared_text(const std::filesystem::path& file);
/// Names of the files in a folder whose publication a crash has broken off.
[[nodiscard]] std::string publication_text(const std::filesystem::path& file);

}  // namespace caloquant::testing
