#pragma once

#include <cstddef>
#include <vector>

#include "graph/exec/lowering.hpp"
#include "ops/kernels/layer_kernel.hpp"

namespace caloquant {

/// Does one step. `pointers`: the bytes of every buffer that is the root of others (or of itself
/// alone); `kernel` computes a LayerWork and is null for any other.
void run_step(const LoweredGraph& graph, const Step& step, LayerKernel* kernel,
              const std::vector<std::byte*>& pointers);

}  // namespace caloquant
