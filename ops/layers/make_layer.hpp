#pragma once

#include <memory>

#include "ops/cpu/isa.hpp"
#include "ops/kernels/layer_kernel.hpp"

namespace caloquant {

/// Our own kernel for Dense of floats; else oneDNN where its sums are exact, else the portable
/// kernel. An image has the same bits in every batch and for every number of threads.
[[nodiscard]] std::unique_ptr<LayerKernel> make_layer(const LayerProblem& problem,
                                                      Isa isa = active_isa());

}  // namespace caloquant
