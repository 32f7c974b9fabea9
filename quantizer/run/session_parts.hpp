#pragma once

#include <caloquant/config.hpp>
#include <caloquant/session.hpp>

#include "quantizer/verify/fp32_model.hpp"

namespace caloquant {

/// The config with what `parts` says of metric and data in it.
[[nodiscard]] RunConfig with_parts(RunConfig config, const RunParts& parts);

/// The fp32 model of a run, with the output units of the config, which agrees with the expected
/// values of config and parts. Its import is still to be checked where it comes from a file. Throws
/// ModelError and DataError.
[[nodiscard]] Fp32Model fp32_model_of(const RunConfig& config, const RunParts& parts);

/// Is the reference of the metric the fp32 model on the same events?
[[nodiscard]] bool compares_with_fp32(const MetricConfig& metric);

}  // namespace caloquant
