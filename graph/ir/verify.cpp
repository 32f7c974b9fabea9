#include <caloquant/error.hpp>
#include <set>
#include <string>

#include "graph/ir/editor.hpp"
#include "ops/core/qmath.hpp"
#include "ops/core/weight_scales.hpp"
#include "ops/schema/infer_shape.hpp"

namespace caloquant {
namespace {

void verify_quant(const Graph& graph, const Node& node, const std::string& place) {
  if (!is_quantizable(node.op)) {
    throw ModelError(place, "'" + std::string(name_of(node.op)) + "' has no integer form");
  }
  const Tensor* weights = graph.constant(node, 1);
  const DType wanted = node.quant->src.dtype == DType::bf16 ? DType::bf16 : DType::s8;
  if (weights == nullptr || weights->dtype() != wanted) {
    throw ModelError(
        place, "is quantized, but its weights are not constant " + std::string(name_of(wanted)));
  }
  const std::size_t scales = node.quant->weight_scales.size();
  const auto channels = static_cast<std::size_t>(weights->shape().front());
  if (scales != 1 && scales != channels) {
    throw ModelError(place, "needs 1 or " + std::to_string(channels) + " weight scales, has " +
                                std::to_string(scales));
  }
  if (const std::string problem = quant_problem(*node.quant, graph.constant(node, 2));
      !problem.empty()) {
    throw ModelError(place, problem, "quantize the fp32 model again");
  }
}

}  // namespace

void verify(const Graph& graph) {
  std::set<std::string> names;
  std::set<ValueId> known(graph.inputs().begin(), graph.inputs().end());
  for (std::size_t i = 0; i < graph.values().size(); ++i) {
    if (graph.values()[i].constant) {
      known.insert(static_cast<ValueId>(i));
    }
  }
  for (const Node& node : graph.nodes()) {
    const std::string place = "layer '" + node.name + "'";
    if (!names.insert(node.name).second) {
      throw ModelError(place, "the name is used twice");
    }
    for (const ValueId id : node.inputs) {
      if (known.count(id) == 0) {
        throw ModelError(place, "reads a value before it is computed");
      }
    }
    if (infer_shape(node.op, graph.input_shapes(node), place) != graph.value(node.output).shape) {
      throw ModelError(place, "has a stale shape");
    }
    if (node.quant) {
      verify_quant(graph, node, place);
    }
    known.insert(node.output);
  }
  for (const GraphOutput& output : graph.outputs()) {
    if (known.count(output.value) == 0) {
      throw ModelError("output '" + output.name + "'", "is never computed");
    }
  }
}

}  // namespace caloquant
