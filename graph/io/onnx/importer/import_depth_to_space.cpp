// DepthToSpace as an operator (two axes), and as the Reshape, Transpose, Reshape and Slice that
// stand for it where ONNX's operator does not reach.

#include "graph/io/onnx/importer/translators.hpp"

namespace caloquant::onnx {
namespace {

/// [N, f..., C, s...] -> [N, C, s0, f0, s1, f1, ...].
std::vector<std::int64_t> interleaving(std::int64_t axes) {
  std::vector<std::int64_t> order{0, axes + 1};
  for (std::int64_t i = 0; i < axes; ++i) {
    order.push_back(axes + 2 + i);
    order.push_back(1 + i);
  }
  return order;
}

template <typename T>
const Node* producer_of(const Graph& graph, ValueId value) {
  const Node* node = graph.producer(value);
  return node != nullptr && std::holds_alternative<T>(node->op) ? node : nullptr;
}

}  // namespace

ImportedValue import_depth_to_space(const NodeImport& node) {
  const ValueId src = node.computed(0);
  node.require(node.call().text("mode", "DCR") == "DCR", "has a mode other than DCR");
  node.require(node.shape(src).size() == 4, "needs two spatial axes");
  const std::int64_t block = node.call().integer("blocksize", 0);
  node.require(block >= 1 && block <= node.shape(src)[1],
               "has a blocksize of " + std::to_string(block));
  return node.add("", DepthToSpace{{block, block}, {0, 0}}, {src});
}

std::optional<ValueId> recognised_depth_to_space(const NodeImport& node, ValueId src,
                                                 const Shape& extents) {
  const Graph& graph = node.editor().graph();
  const Node* moved = producer_of<Transpose>(graph, src);
  const Node* split = moved == nullptr ? nullptr : producer_of<Reshape>(graph, moved->inputs[0]);
  if (split == nullptr) {
    return std::nullopt;
  }
  const ValueId deep = split->inputs[0];
  const Shape dims = node.shape(deep);
  const Shape wide = node.shape(moved->inputs[0]);
  const std::size_t axes = dims.size() - 2;
  if (dims.size() < 3 || axes > 3 || wide.size() != 2 * axes + 2 || extents.size() != axes + 1 ||
      std::get<Transpose>(moved->op).permutation != interleaving(static_cast<std::int64_t>(axes)) ||
      extents[0] != wide[axes + 1]) {
    return std::nullopt;
  }
  DepthToSpace op{{wide.begin() + 1, wide.begin() + 1 + static_cast<std::ptrdiff_t>(axes)},
                  Shape(axes, 0)};
  for (std::size_t i = 0; i < axes; ++i) {
    if (wide[axes + 2 + i] != dims[i + 2] || extents[i + 1] != dims[i + 2] * op.factors[i]) {
      return std::nullopt;
    }
  }
  return node.add("", op, {deep});
}

std::optional<ValueId> cropped_depth_to_space(const NodeImport& node, ValueId src,
                                              const Shape& extents) {
  const Node* large = producer_of<DepthToSpace>(node.editor().graph(), src);
  if (large == nullptr || extents[1] != node.shape(src)[1]) {
    return std::nullopt;
  }
  DepthToSpace op = std::get<DepthToSpace>(large->op);
  const ValueId deep = large->inputs[0];
  for (std::size_t i = 0; i < op.factors.size(); ++i) {
    op.crop_end[i] += node.shape(src)[i + 2] - extents[i + 2];
    if (op.crop_end[i] >= op.factors[i]) {
      return std::nullopt;
    }
  }
  return node.add("", op, {deep});
}

}  // namespace caloquant::onnx
