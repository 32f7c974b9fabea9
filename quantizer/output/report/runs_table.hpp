#pragma once

#include <string>
#include <vector>

#include "quantizer/output/report/run_folder.hpp"

namespace caloquant {

/// The steps of several runs side by side, for a terminal: what was tried, quantized layers, loss
/// and whether the target is met, and below them the outcome of each run.
[[nodiscard]] std::string runs_table(const std::vector<RunFolder>& runs);
/// The same as an array of runs.
[[nodiscard]] Json runs_json(const std::vector<RunFolder>& runs);

}  // namespace caloquant
