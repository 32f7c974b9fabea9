// (a) Dense -> Reshape -> Transpose        ->  Dense' -> Reshape'
//     The rows of weights and bias are permuted, so that the image comes out transposed. This is
//     how a channels-last Keras generator starts.
// (b) Transpose -> Reshape to [N, I] -> Dense   ->  Reshape' -> Dense'
//     The columns of the weights are permuted: how a channels-last discriminator ends.
//
// Conditions: constant f32 weights, rank-2 src and dst of the Dense, the values in between have no
// other reader and are no graph output, the batch stays in front. Element-wise operators may stand
// between Dense and Reshape in (a). Exact: no value changes.

#include <numeric>
#include <optional>
#include <vector>

#include "graph/passes/pass.hpp"
#include "graph/passes/support.hpp"
#include "ops/kernels/movement.hpp"

namespace caloquant {
namespace {

bool is_plain_dense(const Graph& graph, const Node& node) {
  return std::holds_alternative<Dense>(node.op) && !node.quant &&
         has_constant_weights(graph, node) && graph.value(node.output).shape.size() == 2;
}

/// order[new index] = old index, when a row-major tensor of `dims` (batch included, ignored) is
/// transposed by `permutation`.
std::vector<std::int64_t> transposed_order(Shape dims,
                                           const std::vector<std::int64_t>& permutation) {
  dims.front() = 1;
  std::vector<float> indices(static_cast<std::size_t>(element_count(dims)));
  std::iota(indices.begin(), indices.end(), 0.0F);  // exact below 2^24, checked by the caller
  std::vector<float> moved(indices.size());
  transpose_cells(reinterpret_cast<const std::byte*>(indices.data()),
                  reinterpret_cast<std::byte*>(moved.data()), dims, permutation, sizeof(float));
  return {moved.begin(), moved.end()};
}

constexpr std::int64_t largest_width = 1 << 24;

Tensor permuted(const Tensor& src, const std::vector<std::int64_t>& order, bool columns) {
  Tensor dst(DType::f32, src.shape());
  const auto from = src.data<float>();
  const auto into = dst.data<float>();
  const std::size_t width = src.shape().size() == 2 ? static_cast<std::size_t>(src.shape()[1]) : 1;
  for (std::size_t i = 0; i < into.size(); ++i) {
    const std::size_t row = i / width;
    const std::size_t column = i % width;
    const std::size_t old = static_cast<std::size_t>(order[columns ? column : row]);
    into[i] = columns ? from[row * width + old] : from[old * width + column];
  }
  return dst;
}

void permute_dense(GraphEditor& editor, NodeId dense, const std::vector<std::int64_t>& order,
                   bool columns) {
  const Node node = editor.graph().node(dense);
  editor.set_input(
      dense, 1,
      editor.add_constant(node.name + "/weights",
                          permuted(*editor.graph().constant(node, 1), order, columns)));
  if (!columns && node.inputs.size() > 2) {
    editor.set_input(
        dense, 2,
        editor.add_constant(node.name + "/bias",
                            permuted(*editor.graph().constant(node, 2), order, false)));
  }
}

/// (a): the node is the Transpose.
bool fold_behind(GraphEditor& editor, NodeId id) {
  const Graph& graph = editor.graph();
  const Node node = graph.node(id);
  const auto permutation = std::get<Transpose>(node.op).permutation;
  const Node* reshape = graph.producer(node.inputs[0]);
  if (permutation.front() != 0 || reshape == nullptr ||
      !std::holds_alternative<Reshape>(reshape->op) || !read_once(graph, reshape->output)) {
    return false;
  }
  const Node* dense = graph.producer(reshape->inputs[0]);
  ValueId between = reshape->inputs[0];
  while (dense != nullptr && std::holds_alternative<Eltwise>(dense->op) &&
         read_once(graph, between)) {
    between = dense->inputs[0];
    dense = graph.producer(between);
  }
  if (dense == nullptr || !is_plain_dense(graph, *dense) || !read_once(graph, between) ||
      graph.value(dense->output).shape[1] >= largest_width) {
    return false;
  }
  const auto order = transposed_order(graph.value(reshape->output).shape, permutation);
  Shape dims = graph.value(node.output).shape;
  dims.front() = dynamic;
  const ValueId src = reshape->inputs[0];
  permute_dense(editor, id_of(graph, *dense), order, false);
  editor.set_op(id, Reshape{dims});
  editor.set_input(id, 0, src);
  return true;
}

/// (b): the node is the Dense.
bool fold_before(GraphEditor& editor, NodeId id) {
  const Graph& graph = editor.graph();
  const Node node = graph.node(id);
  if (!is_plain_dense(graph, node) || graph.value(node.inputs[0]).shape[1] >= largest_width) {
    return false;
  }
  const Node* reshape = graph.producer(node.inputs[0]);
  if (reshape == nullptr || !std::holds_alternative<Reshape>(reshape->op) ||
      !read_once(graph, reshape->output)) {
    return false;
  }
  const Node* transpose = graph.producer(reshape->inputs[0]);
  if (transpose == nullptr || !std::holds_alternative<Transpose>(transpose->op)) {
    return false;
  }
  const auto permutation = std::get<Transpose>(transpose->op).permutation;
  if (permutation.front() != 0) {
    return false;
  }
  // Column j of the weights reads transposed element j, which is src element order[j].
  const auto order = transposed_order(graph.value(transpose->inputs[0]).shape, permutation);
  std::vector<std::int64_t> inverse(order.size());
  for (std::size_t j = 0; j < order.size(); ++j) {
    inverse[static_cast<std::size_t>(order[j])] = static_cast<std::int64_t>(j);
  }
  const ValueId src = transpose->inputs[0];
  const NodeId reshape_id = id_of(graph, *reshape);
  permute_dense(editor, id, inverse, true);
  editor.set_input(reshape_id, 0, src);
  return true;
}

}  // namespace

bool fold_transpose_into_dense(GraphEditor& editor) {
  bool changed = false;
  for (std::size_t i = 0; i < editor.graph().nodes().size(); ++i) {
    const auto id = static_cast<NodeId>(i);
    const Op& op = editor.graph().node(id).op;
    if (std::holds_alternative<Transpose>(op)) {
      changed |= fold_behind(editor, id);
    } else if (std::holds_alternative<Dense>(op)) {
      changed |= fold_before(editor, id);
    }
  }
  return changed;
}

}  // namespace caloquant
