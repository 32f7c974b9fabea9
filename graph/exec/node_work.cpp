#include "graph/exec/node_work.hpp"

#include <caloquant/error.hpp>
#include <string>

#include "ops/core/overloaded.hpp"

namespace caloquant {
namespace {

/// The memory axis of a logical one.
std::size_t memory_axis(std::int64_t axis, std::size_t rank, Layout layout) {
  const auto logical = static_cast<std::size_t>(axis);
  if (layout == Layout::plain || logical == 0) {
    return logical;
  }
  return logical == 1 ? rank - 1 : logical - 1;
}

ExtremumWork extremum_work(const Extremum& op, const Graph& graph, const Node& node) {
  ExtremumWork work{op.kind, {}};
  for (const ValueId input : node.inputs) {
    if (graph.value(input).constant) {
      work.vectors.push_back(graph.value(input).constant);
    }
  }
  return work;
}

}  // namespace

Work f32_work(const Graph& graph, const Node& node, Layout layout) {
  const std::size_t rank = graph.value(node.output).shape.size();
  const auto constant = [&](std::size_t input) { return graph.value(node.inputs[input]).constant; };
  return std::visit(
      Overloaded{
          [&](const Pool& op) -> Work { return PoolWork{op}; },
          [&](const Eltwise& op) -> Work { return EltwiseWork{op}; },
          [&](const Extremum& op) -> Work { return extremum_work(op, graph, node); },
          [&](const Softmax& op) -> Work {
            return SoftmaxWork{memory_axis(op.axis, rank, layout)};
          },
          [&](const Add&) -> Work { return AddWork{}; },
          [&](const Concat& op) -> Work { return ConcatWork{memory_axis(op.axis, rank, layout)}; },
          [&](const Affine&) -> Work {
            return AffineWork{constant(1), constant(2)};
          },
          [&](const auto&) -> Work {
            throw ModelError("layer '" + node.name + "'",
                             "'" + std::string(name_of(node.op)) + "' reached the executor",
                             "run the canonical passes first");
          },
      },
      node.op);
}

PadWork pad_work(const Pad& pad, const StorageFormat& format) {
  // f32 zero is four zero bytes; an integer tensor is padded with its zero point.
  const auto fill = format.quant ? static_cast<std::byte>(format.quant->zero_point) : std::byte{0};
  return {memory_shape(pad.begin, format.layout), memory_shape(pad.end, format.layout), fill};
}

}  // namespace caloquant
