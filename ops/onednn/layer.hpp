#pragma once

#include <memory>

#include "ops/kernels/layer_kernel.hpp"

namespace caloquant {

/// oneDNN convolution or matmul. Throws BackendError when oneDNN has no kernel.
[[nodiscard]] std::unique_ptr<LayerKernel> make_onednn_layer(const LayerProblem& problem);

}  // namespace caloquant
