#pragma once

#include <caloquant/config.hpp>
#include <caloquant/strategy.hpp>

#include "quantizer/folder/result_folder.hpp"

namespace caloquant {

/// The files that a run with this config may write into its folder, and those that it reads.
[[nodiscard]] ResultFolder::Plan folder_plan(const RunConfig& config, const StrategyTraits& traits);

}  // namespace caloquant
