#include "tests/tools/cli_fixture.hpp"

#include <fstream>
#include <iterator>

#include "graph/io/files/temporary_files.hpp"

namespace caloquant::testing {

namespace fs = std::filesystem;

void Cli::SetUp() {
  const auto made = run({"make-showers", "--detector", "clic25", "--events", "40", "--seed", "3",
                         "-o", "showers25_1.h5"});
  ASSERT_EQ(made.exit_code, 0) << made.err;
  fs::copy_file(configs() / "energygan.json", folder / "energygan.json");
  write("run.json", config());
}

fs::path Cli::configs() {
  return fs::path(CALOQUANT_SOURCE_DIR) / "configs";
}

fs::path Cli::fixtures() {
  return fs::path(CALOQUANT_SOURCE_DIR) / "tests" / "fixtures";
}

Json Cli::config() {
  return Json::parse(R"({
    "model": {"architecture": "energygan.json", "random_weights": 5},
    "data": {"files": ["showers25_*.h5"], "layout": "fixed_angle",
             "calibration_samples": 16, "evaluation_samples": 16},
    "input": {"encoding": "energy_times_noise", "seed": 1978},
    "quantization": {"approach": "static", "activation_rule": "measured"},
    "metric": {"name": "shower_shape", "preset": "tune"},
    "accuracy_criterion": {"higher_is_better": false, "criterion": "absolute",
                           "tolerable_loss": 1e30, "criteria": "loss_only"},
    "tuning_criterion": {"strategy": "basic", "timeout": 0, "max_trials": 3}
  })");
}

void Cli::write(const std::string& name, const Json& json) const {
  std::ofstream(folder / name) << json.dump(1);
}

Finished Cli::run(std::vector<std::string> arguments,
                  const std::string& interrupt_when_exists) const {
  arguments.insert(arguments.begin(), CALOQUANT_BINARY);
  return launch({arguments, folder.path().string(), {}, interrupt_when_exists});
}

Finished Cli::run_with(std::vector<std::string> arguments,
                       const std::map<std::string, std::string>& environment) const {
  arguments.insert(arguments.begin(), CALOQUANT_BINARY);
  return launch({arguments, folder.path().string(), environment});
}

Finished Cli::shell(const std::string& script) const {
  return launch(
      {{"/bin/sh", "-c", script}, folder.path().string(), {{"CALOQUANT", CALOQUANT_BINARY}}});
}

Finished Cli::run_on_terminal(std::vector<std::string> arguments,
                              std::map<std::string, std::string> environment) const {
  arguments.insert(arguments.begin(), CALOQUANT_BINARY);
  environment.try_emplace("TERM", "xterm");
  environment.try_emplace("NO_COLOR", "");
  return launch({arguments, folder.path().string(), environment, {}, 100});
}

Json Cli::json_file(const std::string& name) const {
  return Json::parse(text_file(name));
}

std::string Cli::text_file(const std::string& name) const {
  std::ifstream stream(folder / name, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::vector<std::string> Cli::partial_files() const {
  std::vector<std::string> found;
  for (const auto& entry : fs::recursive_directory_iterator(folder.path())) {
    if (is_temporary_name(entry.path().filename().string())) {
      found.push_back(entry.path().string());
    }
  }
  return found;
}

}  // namespace caloquant::testing
