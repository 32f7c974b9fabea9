#include "quantizer/config/run_config_json.hpp"

#include <caloquant/error.hpp>
#include <utility>

#include "quantizer/config/check_run_config.hpp"
#include "quantizer/config/fields/sections.hpp"
#include "quantizer/config/json_schema.hpp"
#include "quantizer/config/old_keys.hpp"
#include "quantizer/config/overrides.hpp"

namespace caloquant {
namespace {

Json read_document(const std::filesystem::path& file) {
  return parse_json<ConfigError>(read_text<ConfigError>(file), file.string(),
                                 JsonComments::allowed);
}

void append(std::vector<std::string>& list, std::vector<std::string> more) {
  list.insert(list.end(), std::make_move_iterator(more.begin()),
              std::make_move_iterator(more.end()));
}

}  // namespace

RunConfig run_config_from_json(Json document, const std::filesystem::path& folder,
                               const std::string& source) {
  static const Json schema = parse_json<ConfigError>(run_config_schema(), "schema");
  RunConfig config;
  config.source = source;
  config.deprecations = rename_old_keys(document, source + "#");
  const Json checked = checked_with_defaults(document, schema, source);
  check_keys(document, source);
  config_table::read_object(config_table::run_config_fields(), checked, config,
                            {folder, source + "#"});
  if (!document.at("accuracy_criterion").contains("higher_is_better")) {
    config.accuracy.higher_is_better =
        config.metric.tensor && higher_is_better(config.metric.tensor->metric);
  }
  check_run_config(config);
  return config;
}

/// What does not make showers has no physics, whatever its struct says.
Json to_json(const RunConfig& config) {
  Json json = config_table::write_object(config_table::run_config_fields(), config);
  if (config.data.tensors) {
    for (const char* key : physics_keys()) {
      json.at("accuracy_criterion").erase(key);
    }
  }
  return json;
}

namespace {

/// The last part of a path, also of a folder that ends with a slash.
std::filesystem::path bare_name(const std::filesystem::path& file) {
  return file.has_filename() ? file.filename() : file.parent_path().filename();
}

}  // namespace

Json model_facts_json(const RunConfig& config) {
  RunConfig bare = config;
  for (std::filesystem::path* file :
       {&bare.model.file, &bare.model.architecture, &bare.model.weights, &bare.model.expected,
        &bare.tuning.layer_costs}) {
    *file = bare_name(*file);
  }
  const auto strip = [](std::vector<std::string>& files) {
    for (std::string& file : files) {
      file = bare_name(file).string();
    }
  };
  strip(bare.data.files);
  if (bare.data.tensors) {
    strip(bare.data.tensors->target_files);
  }
  Json json = to_json(bare);
  json.erase("execution");
  json.erase("report");
  return json;
}

std::string to_json_text(const RunConfig& config) {
  constexpr int indent = 2;
  return to_json(config).dump(indent, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string read_config_text(const std::filesystem::path& file) {
  return read_document(file).dump();
}

RunConfig load_run_config(const std::filesystem::path& file,
                          const std::vector<std::string>& overrides) {
  Json document = read_document(file);
  std::vector<std::string> deprecations = rename_old_keys(document, file.string() + "#");
  for (const std::string& argument : overrides) {
    apply_override(document, argument);
    append(deprecations, rename_old_keys(document, "--set ", BothNames::old_wins));
  }
  // Absolute, so that the resolved config means the same from every working directory.
  RunConfig config = run_config_from_json(
      std::move(document), std::filesystem::absolute(file).parent_path(), file.string());
  config.deprecations = std::move(deprecations);
  return config;
}

RunConfig parse_run_config(const std::string& text, const std::string& source) {
  return run_config_from_json(parse_json<ConfigError>(text, source),
                              std::filesystem::absolute(source).parent_path(), source);
}

}  // namespace caloquant
