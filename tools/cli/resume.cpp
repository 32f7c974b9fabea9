#include "tools/cli/resume.hpp"

#include <caloquant/error.hpp>
#include <iostream>
#include <set>
#include <string>

#include "graph/io/files/model_hash.hpp"
#include "graph/json/json.hpp"
#include "quantizer/config/run_config_json.hpp"
#include "quantizer/folder/json_fields.hpp"
#include "quantizer/folder/run_identity.hpp"
#include "quantizer/run/input_files.hpp"
#include "tools/cli/commands.hpp"

namespace caloquant::cli {
namespace {

int exit_code_of(const Json& result) {
  if (!result.at("error").is_null()) {
    return exit_code(ErrorKind::backend);
  }
  if (!result.at("target_met").get<bool>()) {
    return exit_target_not_met;
  }
  return result.at("faster") == false ? exit_not_faster : exit_ok;
}

/// What was read then must be there as it was, and the settings must be the same.
void require_same_run(const Json& result, const RunConfig& config, const std::string& place) {
  const JsonFields provenance(JsonFields(result, place).object("provenance"), place);
  const RunConfig before = run_config_from_json(provenance.object("config"), {}, place);
  std::string other = identity_difference(run_settings(config), run_settings(before));
  std::set<std::string> hashes;
  for (const std::filesystem::path& file : input_files(config)) {
    hashes.insert(sha256_of_model(file));
  }
  for (const char* list : {"model_files", "data_files"}) {
    for (const Json& entry : provenance.list(list)) {
      const JsonFields file(entry, place);
      if (other.empty() && hashes.count(file.text("sha256")) == 0) {
        other = "'" + file.text("file") + "' is not what it was";
      }
    }
  }
  if (!other.empty()) {
    throw UsageError(place, "is of another run: " + other, "run without --resume");
  }
}

}  // namespace

int tell_ended_run(const std::filesystem::path& folder, const std::optional<RunConfig>& config,
                   const OutputArguments& out) {
  const std::filesystem::path file = folder / "result.json";
  Json result = parse_json<DataError>(read_text<DataError>(file), file.string());
  require_format<DataError>(result, file.string(), "caloquant result", 1);
  for (const char* key : {"target_met", "error", "faster"}) {
    if (!result.contains(key)) {
      throw DataError(file.string(), std::string("has no '") + key + "'",
                      "run 'caloquant quantize' again");
    }
  }
  if (config) {
    require_same_run(result, *config, file.string());
  }
  if (out.json) {
    std::cout << Json{{"target_met", result.at("target_met")},
                      {"faster", result.at("faster")},
                      {"error", result.at("error")},
                      {"output", folder.string()},
                      {"has_ended", true}}
                     .dump(2)
              << '\n';
  } else if (!out.quiet) {
    std::cout << "the run in " << folder.string() << " has ended: target_met "
              << (result.at("target_met") == true ? "true" : "false")
              << "; without --resume it begins anew\n";
  }
  return exit_code_of(result);
}

}  // namespace caloquant::cli
