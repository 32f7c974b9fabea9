#include "graph/io/native/graph_hash.hpp"

#include <span>

#include "graph/io/files/sha256.hpp"
#include "graph/io/native/op_json.hpp"
#include "graph/json/json.hpp"

namespace caloquant {
namespace {

/// Names may hold any bytes.
std::string text_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Json ids_of(const std::vector<ValueId>& values) {
  Json ids = Json::array();
  for (const ValueId value : values) {
    ids.push_back(static_cast<std::int64_t>(value));
  }
  return ids;
}

Json node_json(const Node& node) {
  Json json{{"name", node.name}, {"op", op_to_json(node.op)}, {"inputs", ids_of(node.inputs)}};
  if (node.quant) {
    json["src"] = {std::string(name_of(node.quant->src.dtype)), node.quant->src.scale,
                   node.quant->src.zero_point, node.quant->src.limit};
    json["weight_scales"] = node.quant->weight_scales;
  }
  return json;
}

}  // namespace

std::string sha256_of_graph(const Graph& graph) {
  Sha256 hash;
  const EnergyUnits& units = graph.output_units();
  hash.update(text_of({{"inputs", ids_of(graph.inputs())}, {"units", {units.scale, units.power}}}));
  for (const Value& value : graph.values()) {
    hash.update(text_of({{"name", value.name}, {"shape", value.shape}}));
    if (value.constant) {
      hash.update(std::string(name_of(value.constant->dtype())));
      hash.update(std::span(value.constant->raw(), value.constant->bytes()));
    }
  }
  for (const Node& node : graph.nodes()) {
    hash.update(text_of(node_json(node)));
  }
  for (const GraphOutput& output : graph.outputs()) {
    hash.update(
        text_of({{"output", output.name}, {"id", static_cast<std::int64_t>(output.value)}}));
  }
  return hash.finish();
}

}  // namespace caloquant
