// Every ```json block of the documentation is a run config, or a part of one, that loads.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "graph/json/json.hpp"
#include "quantizer/config/run_config_json.hpp"
#include "tests/quantizer/config/examples.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

namespace fs = std::filesystem;

struct JsonBlock {
  std::string place;  ///< file:line
  std::string text;
};

/// A block behind this comment is something else than a config.
constexpr const char* exempt = "<!-- no run config: ";

std::vector<JsonBlock> blocks_of(const fs::path& file, const std::string& name) {
  std::vector<JsonBlock> blocks;
  std::istringstream text(read_text<ConfigError>(file));
  std::string line;
  std::string before;
  bool inside = false;
  bool taken = false;
  for (int number = 1; std::getline(text, line); ++number) {
    if (!inside && line == "```json") {
      inside = true;
      taken = before.find(exempt) == std::string::npos;
      if (taken) {
        blocks.push_back({name + ":" + std::to_string(number), ""});
      }
    } else if (inside && line.starts_with("```")) {
      inside = false;
    } else if (inside && taken) {
      blocks.back().text += line + "\n";
    }
    before = line;
  }
  return blocks;
}

/// Of all pages of the project; what was built or generated has no part in it.
std::vector<JsonBlock> all_blocks() {
  std::vector<JsonBlock> all;
  const fs::path root = CALOQUANT_SOURCE_DIR;
  for (fs::recursive_directory_iterator entry(root), end; entry != end; ++entry) {
    const std::string name = entry->path().filename().string();
    if (entry->is_directory() && (name.starts_with(".") || name.starts_with("build"))) {
      entry.disable_recursion_pending();
    } else if (entry->path().extension() == ".md") {
      const auto blocks =
          blocks_of(entry->path(), fs::relative(entry->path(), root).generic_string());
      all.insert(all.end(), blocks.begin(), blocks.end());
    }
  }
  return all;
}

/// The sections of a config that have a key of this name; "" stands for the root.
std::optional<std::string> section_of(const std::string& key) {
  static const Json schema = parse_json<ConfigError>(run_config_schema(), "schema");
  const Json& sections = schema.at("properties");
  if (sections.contains(key)) {
    return "";
  }
  for (const auto& [name, rules] : sections.items()) {
    if (rules.value("properties", Json::object()).contains(key)) {
      return name;
    }
  }
  return std::nullopt;
}

/// A whole config as it is; of a part, the smallest config with that part in its place.
Json completed(const Json& block) {
  if (block.contains("model") && block.contains("data")) {
    return block;
  }
  Json config = testing::minimal_config();
  for (const auto& [key, value] : block.items()) {
    const auto section = section_of(key);
    Json& target = !section || section->empty() ? config : config[*section];
    target[key] = value;  // an unknown key is told when the config is read
  }
  return config;
}

/// Empty when the block is a config, else what is wrong.
std::string problem_with(const JsonBlock& block) {
  return testing::message_of([&] {
    const std::size_t first = block.text.find_first_not_of(" \n");
    const bool members = first != std::string::npos && block.text[first] == '"';
    const std::string text = members ? "{" + block.text + "}" : block.text;
    const Json json = parse_json<ConfigError>(text, block.place);
    static_cast<void>(run_config_from_json(completed(json), "/", block.place));
  });
}

TEST(JsonBlocks, AreRunConfigsThatLoad) {
  const std::vector<JsonBlock> blocks = all_blocks();
  for (const JsonBlock& block : blocks) {
    EXPECT_EQ(problem_with(block), "") << block.place << ": correct the block, or write '" << exempt
                                       << "why -->' in the line above when it is none";
  }
  EXPECT_GE(blocks.size(), 5U);
}

TEST(JsonBlocks, AreRefusedWhenTheyAreWrong) {
  EXPECT_NE(problem_with({"a.md:1", "{"}), "");
  EXPECT_NE(problem_with({"a.md:1", R"("ranges": {"headroom": 0.5})"}), "");
  EXPECT_NE(problem_with({"a.md:1", R"("rages": {"headroom": 1.5})"}), "");
  EXPECT_NE(problem_with({"a.md:1", R"({"model": {"file": "m.onnx"}, "data": {}})"}), "");
  EXPECT_EQ(problem_with({"a.md:1", R"("ranges": {"headroom": 1.5})"}), "");
}

TEST(JsonBlocks, AreFoundWithTheirLine) {
  const testing::TempDir folder;
  std::ofstream(folder / "a.md") << "text\n```json\n{}\n```\n<!-- no run config: a result -->\n"
                                    "```json\n[]\n```\n```json\n\"a\": 1\n```\n";
  const auto blocks = blocks_of(folder / "a.md", "a.md");
  ASSERT_EQ(blocks.size(), 2U);
  EXPECT_EQ(blocks[0].place, "a.md:2");
  EXPECT_EQ(blocks[1].text, "\"a\": 1\n");
}

}  // namespace
}  // namespace caloquant
