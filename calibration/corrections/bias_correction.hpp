#pragma once

#include "calibration/corrections/layer_statistics.hpp"
#include "ops/core/tensor.hpp"

namespace caloquant {

/// The bias [OC] that gives the layer's sums the mean that they have in f32:
///   bias + sum_k (w_k - w'_k) E[x_k],   w' what the quantized weights stand for
/// (analytic bias correction, Nagel et al., arXiv:1906.04721, section 4.2, with measured means).
/// `bias`: f32 [OC] or null for none.
[[nodiscard]] Tensor corrected_bias(const Tensor& weights, const Tensor& quantized,
                                    const LayerQuant& quant, const Tensor* bias,
                                    const LayerStatistics& statistics);

}  // namespace caloquant
