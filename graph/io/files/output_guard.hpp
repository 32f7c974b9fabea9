#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace caloquant {

/// Refuses an output that would overwrite what is read: throws UsageError, with `option` as its
/// place, when `output`, or the "<output>.partial" it is written to first, is one of `inputs` or
/// lies in one that is a folder. Files are the same by device and inode, links followed. Empty
/// paths and inputs that do not exist are passed over.
void refuse_overwriting(const std::string& option, const std::filesystem::path& output,
                        const std::vector<std::filesystem::path>& inputs);

}  // namespace caloquant
