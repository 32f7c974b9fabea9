#pragma once

#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "graph/exec/lowering.hpp"
#include "ops/core/tensor.hpp"
#include "ops/cpu/isa.hpp"
#include "ops/kernels/layer_kernel.hpp"

namespace caloquant {

/// One layer for one image over buffers of its own (zeros), to be measured: its kernel, and for the
/// library also the DepthToSpace behind it and the change to and from the memory order of the
/// direct kernels, since its neighbours may be such.
class LayerBench {
 public:
  LayerBench(const LayerQuestion& question, LayerKind kind, Isa isa);
  void run();

 private:
  BufferId add(const Shape& logical, Layout layout, const Packing& packing = {});
  void step(Work work, BufferId src, BufferId dst);
  void add_library(const LayerQuestion& question, LayerWork work, const Packing& halo,
                   const Packing& bare);
  void make_ready(Isa isa);

  std::optional<QuantParams> quant_;
  LoweredGraph graph_;
  std::vector<Tensor> memory_;
  std::vector<std::byte*> pointers_;
  std::vector<std::unique_ptr<LayerKernel>> kernels_;
};

/// The kinds that may be fastest for the layer: direct ones that support it (rows only where no
/// DepthToSpace follows that channels could take over), and the library unless
/// that would be the portable integer kernel, which exists to be exact.
[[nodiscard]] std::vector<LayerKind> kinds_to_measure(const LayerQuestion& question, Isa isa);

struct KindTimes {
  std::map<LayerKind, double> milliseconds;  ///< the fastest of some runs on one thread
  /// Runs of every kind that could be chosen took equally long. Else the machine was busy, and
  /// another measurement may give another order.
  bool steady = true;
};

/// Measures the kinds in turns, so that what disturbs the machine disturbs all alike; again, up to
/// `attempts` times in all, where runs differ.
[[nodiscard]] KindTimes measure_kinds(const LayerQuestion& question,
                                      const std::vector<LayerKind>& kinds, Isa isa, int attempts);

}  // namespace caloquant
