#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include "graph/exec/executor.hpp"
#include "graph/exec/lowering.hpp"
#include "ops/cpu/isa.hpp"
#include "ops/kernels/layer_kernel.hpp"

namespace caloquant {

/// Sees every step of the engine after it ran, with the bytes it read (its first src) and wrote.
/// `graph` has the batch that the step ran on, a block of images for spatial ones. Where threads
/// have blocks of their own, it is those of the calling thread.
using StepListener = std::function<void(const LoweredGraph& graph, std::size_t step,
                                        const std::byte* src, const std::byte* dst)>;

/// How the engine chooses kernels.
struct EngineOptions {
  Isa isa = active_isa();
  /// Which kernel computes a layer; null: default_kind(). LayerKind::library for a layer that the
  /// direct kernels do not support.
  std::function<LayerKind(const LayerQuestion&)> choose;
  StepListener listener;  ///< for tests and measurements of single layers
  std::int64_t block_images =
      0;  ///< images that run through the spatial layers together, on all threads; 0: by cache,
          ///< and each thread has its own where there are enough
  /// Dense layers by make_plain_dense(), for calls that must not allocate.
  bool plain_dense = false;
};

/// Rows for few output channels, channels for many, the library for what they do not support.
[[nodiscard]] LayerKind default_kind(const LayerQuestion& question);

[[nodiscard]] std::unique_ptr<Executable> compile_engine(const Graph& graph, std::int64_t batch,
                                                         const EngineOptions& options);

/// The kernel of a layer step, reading and writing the buffers' memory.
[[nodiscard]] std::unique_ptr<LayerKernel> make_step_kernel(const LoweredGraph& graph,
                                                            const Step& step, Isa isa);

}  // namespace caloquant
