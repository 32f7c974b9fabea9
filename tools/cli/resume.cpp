#include "tools/cli/resume.hpp"

#include <caloquant/error.hpp>
#include <iostream>

#include "graph/json/json.hpp"
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

}  // namespace

int tell_ended_run(const std::filesystem::path& folder, const OutputArguments& out) {
  const std::filesystem::path file = folder / "result.json";
  Json result = parse_json<DataError>(read_text<DataError>(file), file.string());
  require_format<DataError>(result, file.string(), "caloquant result", 1);
  for (const char* key : {"target_met", "error", "faster"}) {
    if (!result.contains(key)) {
      throw DataError(file.string(), std::string("has no '") + key + "'",
                      "run 'caloquant quantize' again");
    }
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
