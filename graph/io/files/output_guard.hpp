#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace caloquant {

/// Refuses an output that would overwrite what is read: throws UsageError, with `option` as its
/// place, when `output` is one of `inputs` or lies in one that is a folder. Files are the same by
/// device and inode, links followed. Empty paths and inputs that do not exist are passed over.
void refuse_overwriting(const std::string& option, const std::filesystem::path& output,
                        const std::vector<std::filesystem::path>& inputs);

/// Refuses two outputs of one command that are one file, whether it is there already or not: throws
/// UsageError with `option` as its place. Empty paths and devices are passed over.
void refuse_same_output(const std::string& option, const std::filesystem::path& output,
                        const std::string& other_option, const std::filesystem::path& other);

}  // namespace caloquant
