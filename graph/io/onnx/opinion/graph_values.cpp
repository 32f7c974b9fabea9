#include "graph/io/onnx/opinion/graph_values.hpp"

#include <algorithm>

#include "graph/exec/reference_node.hpp"
#include "ops/schema/infer_shape.hpp"

namespace caloquant::onnx {
namespace {

double macs_of(const Graph& graph, const Node& node) {
  return static_cast<double>(
      macs_per_sample(node.op, graph.input_shapes(node), graph.value(node.output).shape));
}

}  // namespace

double multiply_adds(const Graph& graph) {
  double total = 0.0;
  for (const Node& node : graph.nodes()) {
    total += macs_of(graph, node);
  }
  return total;
}

GraphValues::GraphValues(const Graph& graph, std::int64_t rows)
    : graph_(graph), tensors_(graph.values().size()) {
  (void)rows;
  for (const Node& node : graph.nodes()) {
    work_[node.name] = macs_of(graph, node);
  }
}

void GraphValues::set(ValueId value, const Array& array) {
  tensors_[static_cast<std::size_t>(value)] = Tensor::of<float>(array.dims(), array.data<float>());
}

const Tensor& GraphValues::compute(ValueId value) {
  if (const auto& constant = graph_.value(value).constant) {
    return *constant;
  }
  std::optional<Tensor>& tensor = tensors_[static_cast<std::size_t>(value)];
  if (!tensor) {
    const Node& node = *graph_.producer(value);
    std::vector<const Tensor*> inputs;
    for (const ValueId input : node.inputs) {
      inputs.push_back(&compute(input));
    }
    tensor = reference_node(node, inputs);
  }
  return *tensor;
}

double GraphValues::multiply_adds(const std::string& name) const {
  double total = 0.0;
  const std::string inner = name + "/";
  for (auto at = work_.lower_bound(name); at != work_.end() && at->first.starts_with(name); ++at) {
    total += at->first == name || at->first.starts_with(inner) ? at->second : 0.0;
  }
  return total;
}

}  // namespace caloquant::onnx
