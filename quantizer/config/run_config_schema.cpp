#include <caloquant/config.hpp>

#include <initializer_list>

#include "quantizer/config/fields/sections.hpp"

namespace caloquant {
namespace {

/// The rules of a schema in the order in which people read them: meaning, type, values, the rest.
Json in_reading_order(const Json& schema) {
  Json result = Json::object();
  for (const char* rule :
       {"$schema", "title", "description", "$ref", "type", "additionalProperties", "required",
        "enum", "minimum", "exclusiveMinimum", "maximum", "minLength", "minItems", "items", "oneOf",
        "default", "examples", "properties", "$defs"}) {
    if (schema.contains(rule)) {
      result[rule] = schema.at(rule);
    }
  }
  for (const char* named : {"properties", "$defs"}) {
    if (result.contains(named)) {
      for (auto& [key, inner] : result[named].items()) {
        inner = in_reading_order(inner);
      }
    }
  }
  if (result.contains("items")) {
    result["items"] = in_reading_order(result["items"]);
  }
  return result;
}

Json shortest_config() {
  return {{"model", {{"architecture", "energygan.json"}, {"weights", "energygan_013.hdf5"}}},
          {"data",
           {{"files", "showers25_*.h5"}, {"layout", "fixed_angle"}, {"evaluation_samples", 150}}},
          {"input", {{"encoding", "energy_times_noise"}}},
          {"metric", {{"name", "shower_shape"}}},
          {"accuracy_criterion", {{"criterion", "absolute"}, {"tolerable_loss", 1e-4}}}};
}

}  // namespace

std::string run_config_schema() {
  Json schema{{"$schema", "https://json-schema.org/draft/2020-12/schema"},
              {"title", "caloquant run configuration"},
              {"description",
               "One run of caloquant quantize. Relative paths are taken from the folder of the "
               "configuration file."},
              {"examples", Json::array({shortest_config()})}};
  schema.update(config_table::object_schema(config_table::run_config_fields()));
  schema["$defs"] = config_table::definitions();
  constexpr int indent = 2;
  return in_reading_order(schema).dump(indent) + "\n";
}

}  // namespace caloquant
