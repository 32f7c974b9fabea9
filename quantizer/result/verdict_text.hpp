#pragma once

#include <caloquant/config.hpp>
#include <string>

#include "quantizer/result/quantize_result.hpp"

namespace caloquant {

/// Does a run of the config judge showers by their physics?
[[nodiscard]] bool asks_physics(const RunConfig& config);

/// "1.62 times its speed", "1.62 times its speed by the layer costs"; "its" is fp32's.
[[nodiscard]] std::string speedup_text(const Speedup& speedup);

/// The verdict of a run in words: "passed", "passed: loss only, physics not asked", "failed: energy
/// response at 2-104 GeV, hits > 0.0003 GeV", "undecided: loss", "passed, but not faster than FP32
/// (0.97 times its speed): keep FP32".
[[nodiscard]] std::string verdict_text(const QuantizeResult& result, const RunConfig& config);
/// The same of a model that was judged.
[[nodiscard]] std::string verdict_text(const ModelQuality& quality, const RunConfig& config);

}  // namespace caloquant
