#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "graph/exec/layouts.hpp"
#include "graph/exec/lowered_graph.hpp"

namespace caloquant {

// From a graph to a straight list of steps over buffers: which tensors travel as integers, in which
// memory order, and what a convolution takes over from the operators behind it. Pure: no engine is
// needed, so it is tested without one.
//
//   conv -> relu -> affine -> upsample -> conv(int8)
// becomes, when the first conv is int8 too, one layer step with the epilogue {relu, affine,
// quantize}, and an upsample of bytes. An fp32 conv in front writes f32, which is quantized once,
// before the up-sampling makes it larger.

/// What is asked about a layer before it is lowered. The answer must depend on the layer alone, not
/// on the graph around it: merged graphs must compute what single ones do.
struct LayerQuestion {
  const Node& node;
  Shape src;  ///< logical, dynamic batch
  Shape dst;
  bool rows = false;      ///< direct_supports() it as rows
  bool channels = false;  ///< as channels
  bool planes = false;    ///< as planes
  bool joined = false;    ///< joining_saves_lanes()
  const LayerWork& work;  ///< as the library would compute it for one image
  /// A DepthToSpace behind the epilogue, which direct_channels takes over.
  const DepthToSpace* phases = nullptr;
};

struct LoweringOptions {
  direct::Lane int8_lane = direct::Lane::s16x2;
  /// Null: library for every layer.
  std::function<LayerKind(const LayerQuestion&)> choose;
  bool plain_dense = false;  ///< Dense layers by make_plain_dense() instead of the library
};

/// Throws ModelError for an operator that cannot be executed.
[[nodiscard]] LoweredGraph lower(const Graph& graph, std::int64_t batch,
                                 const LoweringOptions& options = {});

}  // namespace caloquant
