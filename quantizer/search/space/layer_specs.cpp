#include "quantizer/search/space/layer_specs.hpp"

#include <string>

namespace caloquant {

std::vector<LayerSpec> layer_specs(const Graph& graph, bool whole_ladder) {
  std::vector<LayerSpec> specs;
  for (const Node& node : graph.nodes()) {
    if (!is_quantizable(node.op)) {
      continue;
    }
    const std::string op(name_of(node.op));
    specs.push_back(graph.constant(node, 1) != nullptr
                        ? default_layer_spec(node.name, op, whole_ladder)
                        : fp32_layer_spec(node.name, op, "its weights are not constant"));
  }
  return specs;
}

}  // namespace caloquant
