#include <gmock/gmock.h>
#include <caloquant/config.hpp>
#include <caloquant/error.hpp>
#include <caloquant/strategy.hpp>

#include <filesystem>

#include "graph/json/json.hpp"
#include "graph/passes/pass.hpp"

namespace caloquant {
namespace {

Json schema() {
  return parse_json<ConfigError>(run_config_schema(), "schema");
}

std::vector<std::string> names_at(const std::string& pointer) {
  return schema().at(Json::json_pointer(pointer)).get<std::vector<std::string>>();
}

template <typename Range>
std::vector<std::string> names_of_all(const Range& values) {
  std::vector<std::string> names;
  for (const auto& value : values) {
    names.emplace_back(name_of(value));
  }
  return names;
}

TEST(RunConfigSchema, IsTheFileInConfigs) {
  const auto file =
      std::filesystem::path(CALOQUANT_SOURCE_DIR) / "configs" / "run_config.schema.json";
  EXPECT_EQ(read_text<ConfigError>(file), run_config_schema());
}

TEST(RunConfigSchema, ListsWhatTheLibraryHas) {
  EXPECT_EQ(names_at("/properties/tuning_criterion/properties/strategy/enum"), strategy_names());
  const auto presets = shower_loss_presets();
  EXPECT_EQ(names_at("/properties/metric/properties/preset/enum"),
            std::vector<std::string>(presets.begin(), presets.end()));
  EXPECT_EQ(names_at("/properties/graph/properties/disabled_passes/items/enum"),
            optional_pass_names());
  EXPECT_EQ(names_at("/$defs/algorithm/enum"), names_of_all(all_range_algorithms()));
  std::vector<std::string> metrics = names_of_all(all_tensor_metrics());
  metrics.insert(metrics.begin(), "shower_shape");
  EXPECT_EQ(names_at("/properties/metric/properties/name/enum"), metrics);
}

TEST(RunConfigSchema, ForbidsUnknownKeysEverywhere) {
  // An object that forgets additionalProperties would let every slip through.
  const auto check = [](const auto& self, const Json& node) -> void {
    if (node.is_object() && node.value("type", Json()) == "object") {
      EXPECT_TRUE(node.contains("additionalProperties")) << node.dump();
      EXPECT_NE(node.at("additionalProperties"), Json(true)) << node.dump();
    }
    if (node.is_structured()) {
      for (const Json& child : node) {
        self(self, child);
      }
    }
  };
  check(check, schema());
}

}  // namespace
}  // namespace caloquant
