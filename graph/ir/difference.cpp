#include "graph/ir/difference.hpp"

#include <algorithm>
#include <cstring>

namespace caloquant {
namespace {

bool same_constant(const Tensor& a, const Tensor& b) {
  return a.dtype() == b.dtype() && a.shape() == b.shape() &&
         std::memcmp(a.raw(), b.raw(), a.bytes()) == 0;
}

std::size_t input_index(const Graph& graph, ValueId id) {
  return static_cast<std::size_t>(std::find(graph.inputs().begin(), graph.inputs().end(), id) -
                                  graph.inputs().begin());
}

/// The same constant, the same input, or the dst of nodes with one name.
bool same_value(const Graph& a, ValueId x, const Graph& b, ValueId y) {
  const auto& p = a.value(x).constant;
  const auto& q = b.value(y).constant;
  if (p || q) {
    return p && q && same_constant(*p, *q);
  }
  const Node* from = a.producer(x);
  const Node* other = b.producer(y);
  return from == nullptr || other == nullptr
             ? from == other && input_index(a, x) == input_index(b, y)
             : from->name == other->name;
}

std::string node_difference(const Graph& a, const Node& x, const Graph& b, const Node& y) {
  const std::string place = "layer '" + x.name + "' ";
  if (x.name != y.name) {
    return place + "stands where '" + y.name + "' is";
  }
  if (x.op != y.op || x.inputs.size() != y.inputs.size()) {
    return place + "has another operator";
  }
  if (x.quant != y.quant) {
    return place + "has another quantization";
  }
  for (std::size_t i = 0; i < x.inputs.size(); ++i) {
    if (!same_value(a, x.inputs[i], b, y.inputs[i])) {
      return place + "has another input " + std::to_string(i);
    }
  }
  return {};
}

}  // namespace

std::string difference(const Graph& a, const Graph& b) {
  if (a.nodes().size() != b.nodes().size() || a.inputs().size() != b.inputs().size() ||
      a.outputs().size() != b.outputs().size()) {
    return "the numbers of layers, inputs or outputs differ";
  }
  if (a.output_units() != b.output_units()) {
    return "the output has other units";
  }
  for (std::size_t i = 0; i < a.inputs().size(); ++i) {
    const Value& x = a.value(a.inputs()[i]);
    const Value& y = b.value(b.inputs()[i]);
    if (x.name != y.name || x.shape != y.shape) {
      return "input '" + x.name + "' differs";
    }
  }
  for (std::size_t i = 0; i < a.nodes().size(); ++i) {
    std::string found = node_difference(a, a.nodes()[i], b, b.nodes()[i]);
    if (!found.empty()) {
      return found;
    }
  }
  for (std::size_t i = 0; i < a.outputs().size(); ++i) {
    const GraphOutput& x = a.outputs()[i];
    const GraphOutput& y = b.outputs()[i];
    if (x.name != y.name || !same_value(a, x.value, b, y.value)) {
      return "output '" + x.name + "' differs";
    }
  }
  return {};
}

}  // namespace caloquant
