#pragma once

#include <caloquant/data.hpp>
#include <filesystem>
#include <optional>

namespace caloquant {

/// The layout of showers that a file looks like; empty: it does not look like showers. `encoding`
/// decides for what `generate` writes, which has the labels of both. Throws DataError.
[[nodiscard]] std::optional<DataLayout> shower_layout_of(const std::filesystem::path& path,
                                                         InputEncoding encoding, bool follow_links);

}  // namespace caloquant
