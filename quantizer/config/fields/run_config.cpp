#include "quantizer/config/fields/sections.hpp"

namespace caloquant::config_table {
namespace {

/// A key that every config could say, always with the same value.
Field<RunConfig> constant(const std::string& key, const Json& type, const std::string& meaning,
                          const Json& value) {
  return custom<RunConfig>(
      key, type, meaning, [](const Json&, RunConfig&, const Place&) {},
      [value](const RunConfig&) { return value; });
}

Fields<RunConfig> all_fields() {
  return {
      constant("_format", {{"type", "string"}, {"enum", {"caloquant.run_config"}}},
               "What the file is.", "caloquant.run_config"),
      constant("_version", {{"type", "integer"}, {"minimum", 1}, {"maximum", 1}},
               "Version of this format.", 1),
      model_section(),
      graph_section(),
      data_section(),
      input_section(),
      quantization_section(),
      metric_section(),
      accuracy_section(),
      tuning_section(),
      report_section(),
      emit_section(),
      execution_section(),
  };
}

}  // namespace

const Fields<RunConfig>& run_config_fields() {
  static const Fields<RunConfig> fields = all_fields();
  return fields;
}

}  // namespace caloquant::config_table
