#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "quantizer/output/report/run_folder.hpp"

namespace caloquant {

/// One HTML file with everything in it, which fetches nothing: the page of the runs, the first of
/// which is shown first. Equal runs give equal bytes; of a single run the name of its folder is not
/// told.
[[nodiscard]] std::string report_page(const std::vector<RunFolder>& runs);

/// Draws the folders into `file`. Throws what read_run_folder() throws, and BackendError.
void write_report_page(const std::vector<std::filesystem::path>& folders,
                       const std::filesystem::path& file);

}  // namespace caloquant
