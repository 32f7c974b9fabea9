#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include "graph/exec/executor.hpp"
#include "graph/exec/lowering.hpp"

namespace caloquant {

/// Sees every step of the engine after it ran, with the bytes it read (its first src) and wrote.
using StepListener = std::function<void(const LoweredGraph& graph, std::size_t step,
                                        const std::byte* src, const std::byte* dst)>;

/// compile_engine() with a listener, for tests and measurements of single layers.
[[nodiscard]] std::unique_ptr<Executable> compile_engine(const Graph& graph, std::int64_t batch,
                                                         StepListener listener);

}  // namespace caloquant
