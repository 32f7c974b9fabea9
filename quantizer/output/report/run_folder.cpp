#include "quantizer/output/report/run_folder.hpp"

#include <algorithm>
#include <caloquant/error.hpp>
#include <sstream>

#include "ops/core/input_file.hpp"

namespace caloquant {
namespace {

Json read_json(const std::filesystem::path& file, const char* format) {
  Json json = parse_json<DataError>(read_text<DataError>(file), file.string());
  require_format<DataError>(json, file.string(), format, 1);
  return json;
}

Json read_if_there(const std::filesystem::path& file, const char* format) {
  std::error_code unknown;  // a link that leads nowhere is there, and damaged
  return std::filesystem::exists(std::filesystem::symlink_status(file, unknown))
             ? read_json(file, format)
             : Json();
}

void require_step(const Json& step, const std::string& place) {
  const auto has = [&](const char* key, auto&& is) {
    if (!step.contains(key) || !is(step.at(key))) {
      throw DataError(place, std::string("is no step: '") + key + "' is missing or of another type",
                      "the file is damaged; run 'caloquant quantize' again");
    }
  };
  const auto is_count = [](const Json& json) { return json.is_number_unsigned(); };
  const auto is_number = [](const Json& json) {  // as json_number() writes them
    return json.is_number() || json == "nan" || json == "inf" || json == "-inf";
  };
  if (!step.is_object()) {
    throw DataError(place, "is no step", "the file is damaged; run 'caloquant quantize' again");
  }
  has("step", is_count);
  has("quantized_layers", is_count);
  has("total_layers", is_count);
  has("loss", is_number);
  has("standard_error", is_number);
  has("seconds", is_number);
  has("changed", [](const Json& json) { return json.is_string(); });
  has("target_met", [](const Json& json) { return json.is_boolean(); });
  has("stopped_early", [](const Json& json) { return json.is_boolean(); });
  has("configuration", [](const Json& json) {
    return json.is_object() && std::ranges::all_of(json, &Json::is_string);
  });
}

std::vector<Json> read_steps(const std::filesystem::path& file) {
  std::istringstream text(read_text<DataError>(file));
  std::vector<Json> steps;
  std::string line;
  for (int number = 1; std::getline(text, line); ++number) {
    const std::string place = file.string() + ":" + std::to_string(number);
    steps.push_back(parse_json<DataError>(line, place));
    require_step(steps.back(), place);
  }
  return steps;
}

/// What the page shows of the comparison: the energies, the distances (which have no values of A
/// and B) and the correlations. physics.txt has the rest, which would be half of the page.
void drop_tables(Json& result) {
  if (!result.contains("report") || !result.at("report").is_object() ||
      !result.at("report").contains("physics") || !result.at("report").at("physics").is_object()) {
    return;
  }
  Json& physics = result["report"]["physics"];
  Json rows = Json::array();
  for (const Json& row : physics.value("rows", Json::array())) {
    if (row.is_object() &&
        (row.value("metric", Json()) == "total energy, B/A - 1" || !row.contains("a"))) {
      rows.push_back(row);
    }
  }
  physics = {{"events", physics.value("events", Json())},
             {"suspect", physics.value("suspect", Json())},
             {"rows", std::move(rows)},
             {"correlations", physics.value("correlations", Json())}};
}

}  // namespace

RunFolder read_run_folder(const std::filesystem::path& folder) {
  const std::filesystem::path result = folder / "result.json";
  if (!is_ordinary_file(result)) {
    throw DataError(folder.string(), "has no result.json", "give a folder of 'caloquant quantize'");
  }
  RunFolder run;
  const std::filesystem::path clean = std::filesystem::absolute(folder).lexically_normal();
  run.name = (clean.has_filename() ? clean : clean.parent_path()).filename().string();
  run.result = read_json(result, "caloquant result");
  drop_tables(run.result);
  run.steps = read_steps(folder / "steps.jsonl");
  run.costs = read_if_there(folder / "layer_costs.json", "caloquant layer costs");
  run.data = read_if_there(folder / "report.json", "caloquant report data");
  return run;
}

std::vector<RunFolder> read_run_folders(const std::vector<std::filesystem::path>& folders) {
  std::vector<RunFolder> runs;
  runs.reserve(folders.size());
  for (const std::filesystem::path& folder : folders) {
    runs.push_back(read_run_folder(folder));
  }
  return runs;
}

}  // namespace caloquant
