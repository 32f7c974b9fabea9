#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "graph/ir/graph.hpp"
#include "ops/kernels/direct/packed.hpp"
#include "ops/schema/epilogue.hpp"

namespace caloquant {

/// A Conv or Dense with the operators behind it that its epilogue takes over.
struct FusedLayer {
  std::vector<EpilogueOp> epilogue;
  ValueId dst{};  ///< what the last of them computes
  /// A DepthToSpace behind them that the layer's store takes over: its factors, and what it reads.
  Triple phases{1, 1, 1};
  std::optional<ValueId> before_phases;
};

struct Fusion {
  std::map<NodeId, FusedLayer> layers;  ///< every Conv and Dense is in here
  std::set<NodeId> absorbed;            ///< nodes that need no step of their own
};

/// An operator is absorbed while it is the only reader of a value that is no graph output and is an
/// element-wise function that can be fused and that the layer does not have already, or an Affine
/// with constant vectors over the channel axis of a convolution (or of a rank-2 Dense).
[[nodiscard]] Fusion fuse_epilogues(const Graph& graph);

}  // namespace caloquant
