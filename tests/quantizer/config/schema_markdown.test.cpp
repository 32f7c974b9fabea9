#include "quantizer/config/schema_markdown.hpp"

#include <gmock/gmock.h>
#include <caloquant/config.hpp>
#include <caloquant/error.hpp>

#include <filesystem>
#include <functional>
#include <set>

#include "graph/json/json.hpp"
#include "quantizer/config/json_schema.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using ::testing::HasSubstr;

const Json& schema_of_config() {
  static const Json schema = parse_json<ConfigError>(run_config_schema(), "schema");
  return schema;
}

/// Every key with its rules, in the root and in the definitions, and the definitions themselves.
void for_each_key(const std::function<void(const std::string&, const Json&)>& visit) {
  const auto walk = [&](const auto& self, const Json& rules, const std::string& place) -> void {
    const Json keys = rules.value("properties", Json::object());
    for (const auto& [key, child] : keys.items()) {
      visit(place + "/" + key, child);
      self(self, child, place + "/" + key);
    }
  };
  walk(walk, schema_of_config(), "");
  for (const auto& [name, rules] : schema_of_config().at("$defs").items()) {
    visit("$defs/" + name, rules);
    walk(walk, rules, "$defs/" + name);
  }
}

/// What the reference says of a key: its own description and that of the definition behind it.
std::string meaning_of_key(const Json& rules) {
  std::string text = rules.value("description", "");
  const Json entry = rules.contains("oneOf")   ? rules.at("oneOf").front()
                     : rules.contains("items") ? rules.at("items")
                                               : rules;
  if (entry.contains("$ref")) {
    const auto pointer = entry.at("$ref").get<std::string>().substr(1);
    text += schema_of_config().at(Json::json_pointer(pointer)).value("description", "");
  }
  return text;
}

TEST(SchemaMarkdown, IsTheReferenceInConfigs) {
  const auto file = std::filesystem::path(CALOQUANT_SOURCE_DIR) / "configs" / "REFERENCE.md";
  EXPECT_TRUE(read_text<ConfigError>(file) == schema_markdown(run_config_schema()))
      << "write it again: caloquant schema --markdown > configs/REFERENCE.md";
}

TEST(SchemaMarkdown, HasARowForEveryKey) {
  const std::string text = schema_markdown(run_config_schema());
  for_each_key([&](const std::string& place, const Json& rules) {
    const bool section = place.find('/', 1) == std::string::npos && rules.contains("properties");
    if (place.starts_with("/")) {
      EXPECT_THAT(text,
                  HasSubstr(section ? "\n## " + place.substr(1) + "\n" : "\n| `" + place + "` | "));
    }
  });
}

TEST(RunConfigSchema, SaysWhatEveryKeyMeans) {
  for_each_key([](const std::string& place, const Json& rules) {
    EXPECT_GE(meaning_of_key(rules).size(), 12U) << place << " needs a description";
  });
}

TEST(RunConfigSchema, SaysWhatEveryValueOfAChoiceMeans) {
  // The passes are explained in graph/README.md; the format is one fixed name.
  const std::set<std::string> exempt{"/graph/disabled_passes", "/_format"};
  for_each_key([&](const std::string& place, const Json& rules) {
    const Json entry = rules.contains("items") ? rules.at("items") : rules;
    for (const Json& value : entry.value("enum", Json::array())) {
      if (!exempt.contains(place)) {
        EXPECT_THAT(rules.value("description", ""), HasSubstr(value.get<std::string>())) << place;
      }
    }
  });
}

TEST(RunConfigSchema, GivesTheUnitOfEveryQuantity) {
  for_each_key([](const std::string& place, const Json& rules) {
    if (rules.value("type", "") == "number") {
      EXPECT_THAT(rules.value("description", ""), ::testing::ContainsRegex("\\[[^]]+\\]")) << place;
    }
  });
}

TEST(RunConfigSchema, HasExamplesThatItAllows) {
  std::size_t count = 0;
  const auto check = [&](const std::string& place, const Json& rules) {
    Json alone = rules;
    alone["$defs"] = schema_of_config().at("$defs");
    for (const Json& example : rules.value("examples", Json::array())) {
      EXPECT_EQ(testing::message_of(
                    [&] { static_cast<void>(checked_with_defaults(example, alone, place)); }),
                "");
      ++count;
    }
  };
  check("", schema_of_config());
  for_each_key(check);
  EXPECT_GE(count, 15U);
}

TEST(SchemaMarkdown, WritesTypesDefaultsAndRanges) {
  const std::string text = schema_markdown(R"({
    "title": "t", "description": "About.", "type": "object", "required": ["a"],
    "properties": {
      "v": {"type": "integer", "minimum": 1, "maximum": 3, "default": 2, "description": "A | <B>."},
      "a": {
        "type": "object", "description": "Section.", "required": ["x"],
        "properties": {
          "x": {"oneOf": [{"$ref": "#/$defs/e"}, {"type": "array", "items": {"$ref": "#/$defs/e"}}],
                "examples": ["p", ["p", "q"]]},
          "y": {"type": "object", "additionalProperties": {"$ref": "#/$defs/r"}, "default": {},
                "description": "Rules."}
        }
      }
    },
    "$defs": {
      "e": {"type": "string", "enum": ["p", "q"], "description": "p or q."},
      "r": {"type": "object", "description": "Of a rule.",
            "properties": {"z": {"type": "number", "exclusiveMinimum": 0, "description": "Z [s]."}}}
    }
  })");
  const std::string head = "| key | type | default | values | meaning |\n|---|---|---|---|---|\n";
  EXPECT_THAT(text, HasSubstr("# Reference: t\n\nAbout. "));
  EXPECT_THAT(text, HasSubstr(head + "| `/v` | integer | `2` | >= 1, <= 3 | A \\| \\<B>. |\n"));
  EXPECT_THAT(text,
              HasSubstr("## a\n\nSection. Required.\n\n" + head +
                        "| `/a/x` | string or list of strings | required | `\"p\"`, `\"q\"` | "
                        "p or q. Example: `\"p\"`, `[\"p\", \"q\"]` |\n"
                        "| `/a/y` | object of [r](#r) | `{}` |  | Rules. |\n"));
  EXPECT_THAT(
      text, HasSubstr("## r\n\nOf a rule.\n\n" + head + "| `*/z` | number |  | > 0 | Z [s]. |\n"));
}

TEST(SchemaMarkdown, RejectsWhatIsNoJson) {
  EXPECT_THAT(testing::message_of([] { static_cast<void>(schema_markdown("{")); }),
              HasSubstr("schema"));
}

}  // namespace
}  // namespace caloquant
