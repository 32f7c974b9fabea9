#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace caloquant {

inline constexpr const char* staged_name = "files";

/// Does `unfinished` hold nothing but what a run of ours leaves behind?
[[nodiscard]] bool is_state(const std::filesystem::path& unfinished);

/// Writes which files of `unfinished/files` get their names in `folder`, and which files of the
/// former run go. From here on the new results count. Throws BackendError.
void begin_publication(const std::filesystem::path& folder, const std::vector<std::string>& names,
                       bool keep_state);

/// Does what is written there, as far as it is not done yet; nothing where nothing is, or where
/// `unfinished` is not of ours. Throws BackendError, and DataError for a list that is damaged or
/// leads out of the folder.
void complete_publication(const std::filesystem::path& folder);

}  // namespace caloquant
