#pragma once

#include <caloquant/config.hpp>

#include "quantizer/config/fields/field.hpp"

// The table of all keys, a file for each section of a config. To add a key, add a line here and the
// member that it fills: the schema, the reader, the writer, the reference page and the hints for
// misspelt keys read the same table.

namespace caloquant::config_table {

[[nodiscard]] Field<RunConfig> model_section();
[[nodiscard]] Field<RunConfig> graph_section();
[[nodiscard]] Field<RunConfig> data_section();
[[nodiscard]] Field<RunConfig> input_section();
[[nodiscard]] Field<RunConfig> quantization_section();
[[nodiscard]] Field<RunConfig> metric_section();
[[nodiscard]] Field<RunConfig> accuracy_section();
[[nodiscard]] Field<RunConfig> tuning_section();
[[nodiscard]] Field<RunConfig> report_section();
[[nodiscard]] Field<RunConfig> emit_section();
[[nodiscard]] Field<RunConfig> execution_section();

/// op_type_dict and op_name_dict: patterns with options of the layers that they match.
[[nodiscard]] Field<SpaceRules> rules_field(const std::string& key,
                                            std::vector<LayerRule> SpaceRules::*member,
                                            const std::string& meaning);
/// What rules_field() refers to, "$defs" of the schema.
[[nodiscard]] Json definitions();

/// All of the above, in the order in which a config is written and read.
[[nodiscard]] const Fields<RunConfig>& run_config_fields();

}  // namespace caloquant::config_table
