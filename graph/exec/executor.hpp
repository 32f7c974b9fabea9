#pragma once

#include <caloquant/types.hpp>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "graph/ir/graph.hpp"

namespace caloquant {

/// What one compiled step does, for `inspect`, `benchmark` and result.json.
struct StepInfo {
  std::string layer;  ///< node that gave the step its name
  std::string op;     ///< "conv", "dense", "upsample_nearest", ...
  Precision precision = Precision::fp32;
  std::string implementation;  ///< "jit_int8:avx512_core_vnni", "reference", "copy", ...
};

/// A graph made ready for one batch size. All inputs and outputs are dense row-major f32 in the
/// logical order of the graph ([N, C, D, H, W] for spatial tensors), with N = batch().
/// One Executable is used by one thread at a time; it may use several threads inside.
class Executable {
 public:
  virtual ~Executable() = default;
  Executable(const Executable&) = delete;
  Executable& operator=(const Executable&) = delete;

  [[nodiscard]] virtual std::int64_t batch() const = 0;
  /// inputs and outputs in the order of Graph::inputs() and Graph::outputs(); the spans must have
  /// exactly the sizes of the tensors.
  virtual void run(std::span<const std::span<const float>> inputs,
                   std::span<const std::span<float>> outputs) = 0;
  [[nodiscard]] virtual std::vector<StepInfo> steps() const = 0;
  /// Bytes of activations that run() works in, inputs and outputs excluded.
  [[nodiscard]] virtual std::size_t arena_bytes() const { return 0; }

 protected:
  Executable() = default;
};

/// Node by node as the graph is written: double accumulation for f32, exact s32/s64 sums for
/// quantized nodes. Slow; every other executor is held to it.
[[nodiscard]] std::unique_ptr<Executable> compile_reference(const Graph& graph, std::int64_t batch);

/// The engine: layers in oneDNN (or the portable exact kernel where oneDNN's int8 would saturate),
/// activations in integers between quantized layers, memory planned once, no allocation in run().
/// Needs a canonical graph (graph/passes/pass.hpp). Throws ModelError or BackendError.
[[nodiscard]] std::unique_ptr<Executable> compile_engine(const Graph& graph, std::int64_t batch);

}  // namespace caloquant
