#pragma once

#include "calibration/corrections/layer_statistics.hpp"
#include "ops/core/qmath.hpp"
#include "ops/core/weight_scales.hpp"

namespace caloquant {

/// s8 weights whose roundings make up for each other: for every output channel the integers are
/// chosen one by one, each error being passed on to the weights that are still to be chosen, so
/// that the mean squared change of the layer's own sums, (w - q s)^T E[x x^T] (w - q s), becomes
/// small, block by block of the statistics (optimal brain quantization in the order and with the
/// Cholesky factor of Frantar et al., GPTQ, arXiv:2210.17323). Weights that are exactly 0 stay 0.
///
/// weights: f32 [OC, ...] with `statistics.width` values per channel; scales: 1 or OC of them.
[[nodiscard]] QuantizedWeights reconstruct_rounding(const Tensor& weights,
                                                    std::vector<float> scales,
                                                    const LayerStatistics& statistics);

/// Mean squared change of the sums, averaged over channels: what the rounding minimizes.
[[nodiscard]] double reconstruction_error(const Tensor& weights, const QuantizedWeights& quantized,
                                          const LayerStatistics& statistics);

}  // namespace caloquant
