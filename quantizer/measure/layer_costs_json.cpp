#include <caloquant/error.hpp>

#include "graph/io/files/text_file.hpp"
#include "graph/json/json.hpp"
#include "quantizer/measure/layer_costs.hpp"

namespace caloquant {

void write_layer_costs(const CostTable& costs, const std::filesystem::path& file) {
  Json json{{"_format", "caloquant layer costs"}, {"_version", 1}, {"layers", Json::object()}};
  for (const auto& [layer, by_precision] : costs) {
    for (const auto& [precision, cost] : by_precision) {
      json["layers"][layer][std::string(name_of(precision))] = {
          {"milliseconds_per_event", cost.milliseconds}, {"bytes", cost.bytes}};
    }
  }
  write_text_file(json.dump(2) + "\n", file);
}

CostTable read_layer_costs(const std::filesystem::path& file, const TuningSpace& space) {
  const Json json = parse_json<ConfigError>(read_text<ConfigError>(file), file.string());
  require_format<ConfigError>(json, file.string(), "caloquant layer costs", 1);
  // Sums over all layers stay finite, and exact to a byte.
  const NumberRange range{0.0, 1e15};
  CostTable costs;
  for (const LayerSpec& layer : space.layers()) {
    if (!layer.counted) {
      continue;
    }
    for (const Precision precision : layer.searched.precisions) {
      const std::string name(name_of(precision));
      const std::string place = file.string() + "#/layers/" + layer.name + "/" + name;
      const bool known = json.contains("layers") && json.at("layers").is_object() &&
                         json.at("layers").contains(layer.name) &&
                         json.at("layers").at(layer.name).is_object() &&
                         json.at("layers").at(layer.name).contains(name);
      const Json entry = known ? json.at("layers").at(layer.name).at(name) : Json();
      costs[layer.name][precision] = {
          json_number_at<ConfigError>(entry, "milliseconds_per_event", place, range),
          json_number_at<ConfigError>(entry, "bytes", place, range)};
    }
  }
  return costs;
}

}  // namespace caloquant
