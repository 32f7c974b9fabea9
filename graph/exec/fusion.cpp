#include "graph/exec/fusion.hpp"

#include <algorithm>
#include <optional>

#include "ops/kernels/eltwise.hpp"

namespace caloquant {
namespace {

constexpr std::size_t max_epilogue_ops = 8;  ///< oneDNN takes 32 post-ops; an Affine is two

std::vector<float> to_vector(const Tensor& tensor) {
  const auto values = tensor.data<float>();
  return {values.begin(), values.end()};
}

std::optional<EpilogueOp> as_epilogue(const Graph& graph, const Node& node, bool affine_fits) {
  if (const auto* eltwise = std::get_if<Eltwise>(&node.op)) {
    if (is_fusable(eltwise->kind)) {
      return EpilogueOp{*eltwise};
    }
  }
  if (std::holds_alternative<Affine>(node.op) && affine_fits) {
    const Tensor* mul = graph.constant(node, 1);
    const Tensor* add = graph.constant(node, 2);
    if (mul != nullptr && add != nullptr) {
      return EpilogueOp{ChannelAffine{to_vector(*mul), to_vector(*add)}};
    }
  }
  return std::nullopt;
}

/// oneDNN 2.x keeps one compiled function for each algorithm of a primitive: a second relu of its
/// post-ops gets the slope of the first. So each function is there once, all kinds of relu being
/// one.
bool is_there_already(const std::vector<EpilogueOp>& epilogue, const EpilogueOp& op) {
  const auto family = [](const EpilogueOp& one) -> std::optional<EltwiseKind> {
    const auto* eltwise = std::get_if<Eltwise>(&one);
    if (eltwise == nullptr) {
      return std::nullopt;
    }
    return eltwise->kind == EltwiseKind::leaky_relu ? EltwiseKind::relu : eltwise->kind;
  };
  const auto wanted = family(op);
  return wanted && std::ranges::any_of(
                       epilogue, [&](const EpilogueOp& one) { return family(one) == wanted; });
}

/// Bounds behind bounds become one function: what TensorFlow's clip_by_value and ReLU layers in
/// front of a Minimum are made of.
void append(std::vector<EpilogueOp>& epilogue, EpilogueOp op) {
  const auto* before = epilogue.empty() ? nullptr : std::get_if<Eltwise>(&epilogue.back());
  const auto* next = std::get_if<Eltwise>(&op);
  const auto joined =
      before == nullptr || next == nullptr ? std::nullopt : joined_bounds(*before, *next);
  if (joined) {
    epilogue.back() = *joined;
  } else {
    epilogue.push_back(std::move(op));
  }
}

}  // namespace

Fusion fuse_epilogues(const Graph& graph) {
  Fusion fusion;
  for (std::size_t i = 0; i < graph.nodes().size(); ++i) {
    const Node& node = graph.nodes()[i];
    if (!is_quantizable(node.op)) {
      continue;
    }
    const bool affine_fits =
        std::holds_alternative<Conv>(node.op) || graph.value(node.output).shape.size() == 2;
    FusedLayer layer;
    layer.dst = node.output;
    while (!graph.is_output(layer.dst) && layer.epilogue.size() < max_epilogue_ops) {
      const std::vector<NodeId> readers = graph.consumers(layer.dst);
      if (readers.size() != 1 || graph.node(readers[0]).inputs[0] != layer.dst) {
        break;
      }
      const Node& reader = graph.node(readers[0]);
      auto op = as_epilogue(graph, reader, affine_fits);
      if (!op || is_there_already(layer.epilogue, *op)) {
        break;
      }
      append(layer.epilogue, *std::move(op));
      layer.dst = reader.output;
      fusion.absorbed.insert(readers[0]);
    }
    fusion.layers.emplace(static_cast<NodeId>(i), std::move(layer));
  }
  return fusion;
}

}  // namespace caloquant
