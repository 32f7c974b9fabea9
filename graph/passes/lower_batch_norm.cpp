// Before:  x -> BatchNorm(gamma, beta, mean, variance)      After:  x -> Affine(mul, add)
//
//   mul = gamma / sqrt(variance + epsilon),  add = beta - mean * mul      (in double, stored as
//   f32)
//
// Applies when the four vectors are constants. Exact up to the rounding of mul and add.

#include <caloquant/error.hpp>
#include <cmath>

#include "graph/passes/pass.hpp"
#include "ops/core/number.hpp"

namespace caloquant {
namespace {

struct Vectors {
  Tensor mul;
  Tensor add;
};

Vectors combine(const Graph& graph, const Node& node) {
  const auto vector = [&](std::size_t index) { return graph.constant(node, index)->data<float>(); };
  const double epsilon = std::get<BatchNorm>(node.op).epsilon;
  const auto channels = static_cast<std::int64_t>(vector(1).size());
  Vectors result{Tensor(DType::f32, {channels}), Tensor(DType::f32, {channels})};
  for (std::size_t c = 0; c < vector(1).size(); ++c) {
    const double spread = static_cast<double>(vector(4)[c]) + epsilon;
    if (!(spread > 0.0)) {
      throw ModelError(
          "layer '" + node.name + "'",
          "channel " + std::to_string(c) + " has variance + epsilon of " + std::to_string(spread));
    }
    const double mul = static_cast<double>(vector(1)[c]) / std::sqrt(spread);
    const double add = static_cast<double>(vector(2)[c]) - static_cast<double>(vector(3)[c]) * mul;
    for (const double number : {mul, add}) {
      if (const std::string problem = number_problem(number, NumberRange::any_float());
          !problem.empty()) {
        throw ModelError("layer '" + node.name + "'",
                         "the factor or the shift of channel " + std::to_string(c) + " " + problem,
                         "gamma, mean and beta over sqrt(variance + epsilon) must be f32 numbers");
      }
    }
    result.mul.data<float>()[c] = static_cast<float>(mul);
    result.add.data<float>()[c] = static_cast<float>(add);
  }
  return result;
}

bool applies(const Graph& graph, const Node& node) {
  if (!std::holds_alternative<BatchNorm>(node.op)) {
    return false;
  }
  for (std::size_t index = 1; index <= 4; ++index) {
    if (graph.constant(node, index) == nullptr) {
      return false;
    }
  }
  return true;
}

}  // namespace

bool lower_batch_norm(GraphEditor& editor) {
  bool changed = false;
  for (std::size_t i = 0; i < editor.graph().nodes().size(); ++i) {
    const Node node = editor.graph().nodes()[i];
    if (!applies(editor.graph(), node)) {
      continue;
    }
    Vectors vectors = combine(editor.graph(), node);
    const ValueId mul = editor.add_constant(node.name + "/mul", std::move(vectors.mul));
    const ValueId add = editor.add_constant(node.name + "/add", std::move(vectors.add));
    editor.set_op(static_cast<NodeId>(i), Affine{});
    editor.set_inputs(static_cast<NodeId>(i), {node.inputs[0], mul, add});
    changed = true;
  }
  return changed;
}

}  // namespace caloquant
