#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace caloquant {

/// The files that `patterns` name, relative to `base_folder` where not absolute: sorted by path,
/// without duplicates. A pattern may hold * and ?, which do not match '/'. Throws DataError naming
/// the pattern that matches nothing or the file that does not exist. Folders count as files where
/// `folders` says so.
[[nodiscard]] std::vector<std::filesystem::path> expand_files(
    const std::vector<std::string>& patterns, const std::filesystem::path& base_folder,
    bool folders = false);

}  // namespace caloquant
