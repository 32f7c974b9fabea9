#pragma once

#include <memory>

#include "ops/cpu/isa.hpp"
#include "ops/kernels/layer_kernel.hpp"

namespace caloquant {

/// Dense of f32 src and weights, whose sums are taken in the order of the inputs: the same bits for
/// every batch and every number of threads, which oneDNN's products of matrices do not give.
/// Allocates nothing when it runs.
[[nodiscard]] std::unique_ptr<LayerKernel> make_direct_dense(const LayerProblem& problem, Isa isa);

}  // namespace caloquant
