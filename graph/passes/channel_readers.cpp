#include "graph/passes/channel_readers.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>

#include "graph/passes/support.hpp"

namespace caloquant {

std::int64_t cells_per_channel(const Shape& shape) {
  return std::accumulate(shape.begin() + 2, shape.end(), std::int64_t{1}, std::multiplies<>());
}

namespace {

bool moves_channels_alone(const Graph& graph, const Node& node) {
  if (const auto* eltwise = std::get_if<Eltwise>(&node.op)) {
    const auto scales = [](float bound) { return bound == 0.0F || std::isinf(bound); };
    return eltwise->kind == EltwiseKind::relu || eltwise->kind == EltwiseKind::leaky_relu ||
           (eltwise->kind == EltwiseKind::clip && scales(eltwise->alpha) && scales(eltwise->beta));
  }
  if (const auto* pad = std::get_if<Pad>(&node.op)) {
    return pad->begin[0] == 0 && pad->end[0] == 0 && pad->begin[1] == 0 && pad->end[1] == 0;
  }
  if (const auto* transpose = std::get_if<Transpose>(&node.op)) {
    return graph.value(node.output).shape.size() > 1 && transpose->permutation[0] == 0 &&
           transpose->permutation[1] == 1;
  }
  return std::holds_alternative<UpsampleNearest>(node.op) ||
         std::holds_alternative<Pool>(node.op) || std::holds_alternative<Identity>(node.op);
}

/// Channels of dst where every `group` consecutive ones of src become one.
Channels gathered(ChannelClasses& classes, const Channels& src, std::size_t group) {
  Channels dst;
  for (std::size_t i = 0; i < src.size(); ++i) {
    if (i % group == 0) {
      dst.push_back(src[i]);
    }
    classes.unite(dst.back(), src[i]);
  }
  return dst;
}

/// Channels of a node's dst from those of its src; nothing where they do not stay apart.
std::optional<Channels> carried(const Graph& graph, const Node& node, const Channels& src,
                                ChannelClasses& classes) {
  if (moves_channels_alone(graph, node)) {
    return src;
  }
  const Shape& from = graph.value(node.inputs[0]).shape;
  const Shape& into = graph.value(node.output).shape;
  if (std::holds_alternative<DepthToSpace>(node.op)) {
    const auto count = static_cast<std::size_t>(into[1]);
    for (std::size_t i = count; i < src.size(); ++i) {
      classes.unite(src[i], src[i - count]);
    }
    return Channels(src.begin(), src.begin() + static_cast<std::ptrdiff_t>(count));
  }
  if (std::holds_alternative<Reshape>(node.op) && into.size() > 1 &&
      cells_per_channel(into) % cells_per_channel(from) == 0) {
    return gathered(classes, src,
                    static_cast<std::size_t>(cells_per_channel(into) / cells_per_channel(from)));
  }
  return std::nullopt;
}

}  // namespace

bool has_scalable_constants(const Graph& graph, const Node& node, const Shape& src_or_dst) {
  if (node.quant) {
    return false;
  }
  if (std::holds_alternative<Affine>(node.op)) {
    return graph.constant(node, 1) != nullptr && graph.constant(node, 2) != nullptr;
  }
  return is_quantizable(node.op) && has_constant_weights(graph, node) &&
         (std::holds_alternative<Conv>(node.op) || src_or_dst.size() == 2);
}

bool find_channel_readers(const Graph& graph, ValueId value, const Channels& channels,
                          ChannelClasses& classes, std::vector<ChannelReader>& readers) {
  if (graph.is_output(value)) {
    return false;
  }
  for (const NodeId id : graph.consumers(value)) {
    const Node& node = graph.node(id);
    if (has_scalable_constants(graph, node, graph.value(value).shape)) {
      readers.push_back({id, channels});
      continue;
    }
    const auto behind = carried(graph, node, channels, classes);
    if (!behind || !find_channel_readers(graph, node.output, *behind, classes, readers)) {
      return false;
    }
  }
  return true;
}

}  // namespace caloquant
