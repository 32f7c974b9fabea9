#pragma once

#include "calibration/corrections/channel_means.hpp"
#include "quantizer/plan/make_plan.hpp"

namespace caloquant {

/// Empirical bias correction (Nagel et al., arXiv:1906.04721, appendix D): layer after layer, from
/// input to output, the bias of a quantized layer gets what the mean of every channel of its sums
/// lacks to that in `fp32`, behind layers that are quantized and corrected already. One pass over
/// the events per layer.
[[nodiscard]] QuantPlan with_sequential_bias(const Graph& fp32, QuantPlan plan,
                                             const InputFiller& fill,
                                             const ChannelMeansOptions& options);

}  // namespace caloquant
