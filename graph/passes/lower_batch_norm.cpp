// Before:  x -> BatchNorm(gamma, beta, mean, variance)      After:  x -> Affine(mul, add)
//
//   deviation = sqrt(variance + epsilon),  mul = gamma / deviation,  add = beta - mean * mul
//   (in double, stored as f32)
//
// Where |mean| is beyond 1024 deviations in a channel, mul * x and add are large numbers that
// cancel; each is off by 2^-25 of itself, so more than 10 of the 24 bits of the difference would be
// lost. There:  x -> Affine(1, -mean) -> Affine(mul, beta),  whose first difference is exact for x
// between mean / 2 and 2 mean.
//
// Applies when the four vectors are constants. Exact up to the rounding of mul and add.

#include <algorithm>
#include <caloquant/error.hpp>
#include <cmath>
#include <functional>

#include "graph/passes/pass.hpp"
#include "ops/core/number.hpp"

namespace caloquant {
namespace {

constexpr double most_deviations = 1024.0;

struct Vectors {
  Tensor mul;
  Tensor add;
  bool cancels = false;  ///< the mean is to be subtracted first
};

Vectors combine(const Graph& graph, const Node& node) {
  const auto vector = [&](std::size_t index) { return graph.constant(node, index)->data<float>(); };
  const double epsilon = std::get<BatchNorm>(node.op).epsilon;
  const auto channels = static_cast<std::int64_t>(vector(1).size());
  Vectors result{Tensor(DType::f32, {channels}), Tensor(DType::f32, {channels}), false};
  for (std::size_t c = 0; c < vector(1).size(); ++c) {
    const double spread = static_cast<double>(vector(4)[c]) + epsilon;
    if (!(spread > 0.0)) {
      throw ModelError(
          "layer '" + node.name + "'",
          "channel " + std::to_string(c) + " has variance + epsilon of " + std::to_string(spread));
    }
    const double mul = static_cast<double>(vector(1)[c]) / std::sqrt(spread);
    const double mean = std::fabs(static_cast<double>(vector(3)[c]));
    result.cancels = result.cancels || mean > most_deviations * std::sqrt(spread);
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

/// x - mean; returns its dst.
ValueId centered(GraphEditor& editor, const Node& node) {
  Tensor add = *editor.graph().constant(node, 3);
  Tensor mul(DType::f32, add.shape());
  std::ranges::fill(mul.data<float>(), 1.0F);
  std::ranges::transform(add.data<float>(), add.data<float>().begin(), std::negate<>());
  const std::string name = editor.unique_name(node.name + "/centered");
  const ValueId ones = editor.add_constant(name + "/mul", std::move(mul));
  const ValueId means = editor.add_constant(name + "/add", std::move(add));
  return editor.add_node(name, Affine{}, {node.inputs[0], ones, means});
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
    const ValueId add = vectors.cancels
                            ? node.inputs[2]
                            : editor.add_constant(node.name + "/add", std::move(vectors.add));
    const ValueId src = vectors.cancels ? centered(editor, node) : node.inputs[0];
    editor.set_op(static_cast<NodeId>(i), Affine{});
    editor.set_inputs(static_cast<NodeId>(i), {src, mul, add});
    changed = true;
  }
  return changed;
}

}  // namespace caloquant
