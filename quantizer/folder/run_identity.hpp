#pragma once

#include <caloquant/arrays.hpp>
#include <caloquant/config.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "graph/ir/graph.hpp"
#include "graph/json/json_fwd.hpp"

namespace caloquant {

/// All that the trials of a run follow from.
struct RunInputs {
  const RunConfig& config;
  const Graph& fp32;                               ///< as it is calibrated
  const std::vector<std::filesystem::path>& data;  ///< files of events
  const MemoryData& arrays;                        ///< in their place
  bool measured_kernels = false;                   ///< or the default ones
};

/// What a run is, by content: versions, instruction sets, hashes of the network and of the events,
/// settings. Where files lie is no part of it, nor are threads, on which no result depends. Two
/// runs with equal identities make equal trials.
[[nodiscard]] Json run_identity(const RunInputs& inputs);

/// What it says of the settings alone.
[[nodiscard]] Json run_settings(const RunConfig& config);

/// "settings/tuning_criterion/max_trials is 20, and was 10"; empty where they are equal.
[[nodiscard]] std::string identity_difference(const Json& now, const Json& before);

}  // namespace caloquant
