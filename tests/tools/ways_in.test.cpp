// However a run is begun (command line, quantize(), the stages of a Session, Python), it measures
// the same and writes the same bytes, but for times.

#include <caloquant/session.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "tests/tools/cli_fixture.hpp"

namespace caloquant::testing {
namespace {

namespace fs = std::filesystem;

/// Times, and what is measured of the process.
void without_times(Json& json) {
  if (json.is_object()) {
    for (const char* key : {"seconds", "cost", "kernels", "times"}) {
      json.erase(key);
    }
  }
  if (json.is_structured()) {
    for (Json& value : json) {
      without_times(value);
    }
  }
}

/// What a run wrote, by file name.
std::map<std::string, std::string> files_of(const fs::path& folder) {
  std::map<std::string, std::string> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    std::ifstream stream(entry.path(), std::ios::binary);
    std::string text(std::istreambuf_iterator<char>(stream), {});
    const std::string name = entry.path().filename().string();
    if (name == "report.html" || name == "steps.csv") {
      text.clear();  // drawn from the others; the same trials with their times
    } else if (name == "result.json" || name == "report.json") {
      Json json = Json::parse(text);
      without_times(json);
      text = json.dump(1);
    } else if (name == "steps.jsonl") {
      std::istringstream lines(text);
      text.clear();
      for (std::string line; std::getline(lines, line);) {
        Json json = Json::parse(line);
        without_times(json);
        text += json.dump() + "\n";
      }
    }
    files[name] = text;
  }
  return files;
}

class WaysIn : public Cli {
 protected:
  void SetUp() override {
    Cli::SetUp();
    ::setenv("CALOQUANT_KERNEL_CACHE", "off", 1);  // NOLINT(concurrency-mt-unsafe)
    for (const char* name : {"classifier.onnx", "images.npy"}) {
      fs::copy_file(fixtures() / "foreign" / name, folder / name);
    }
    write("run.json", Json::parse(R"({
      "model": {"file": "classifier.onnx"},
      "data": {"files": "images.npy", "calibration_samples": 16, "evaluation_samples": 32},
      "input": {"recipe": "tensor"},
      "metric": {"name": "mse"},
      "accuracy_criterion": {"criterion": "absolute", "tolerable_loss": 1e-9},
      "tuning_criterion": {"max_trials": 6},
      "emit": {"formats": ["h5", "onnx"]}
    })"));
  }
  void TearDown() override {
    ::unsetenv("CALOQUANT_KERNEL_CACHE");  // NOLINT(concurrency-mt-unsafe)
  }
  [[nodiscard]] RunConfig config() const { return load_run_config(folder / "run.json"); }
  /// Of the folder of the command line.
  [[nodiscard]] std::map<std::string, std::string> expected() const {
    const auto done = run_with({"quantize", (folder / "run.json").string(), "-o", "cli", "--quiet"},
                               {{"CALOQUANT_KERNEL_CACHE", "off"}});
    EXPECT_EQ(done.exit_code, 7) << done.err;
    return files_of(folder / "cli");
  }
};

TEST_F(WaysIn, TheLibraryWritesWhatTheCommandWrites) {
  const auto command = expected();
  EXPECT_EQ(command.size(), 7U);  // two models, steps twice, result, report twice
  (void)quantize(config(), {}, nullptr, folder / "whole");
  EXPECT_EQ(files_of(folder / "whole"), command);
  Session with_folder(config(), {}, nullptr, folder / "stages");
  (void)with_folder.reference();
  (void)with_folder.prepare();
  (void)with_folder.tune();
  (void)with_folder.emit();
  EXPECT_EQ(files_of(folder / "stages"), command);
  Session without(config());
  (void)without.tune();
  (void)without.emit(folder / "later");
  EXPECT_EQ(files_of(folder / "later"), command);
}

TEST_F(WaysIn, EvaluateAndCheckGiveTheLossOfTheRun) {
  const auto command = expected();
  const Json result = Json::parse(command.at("result.json"));
  const auto evaluated = run({"evaluate", "cli/quantized.h5", "--config", "run.json", "--json"});
  ASSERT_EQ(evaluated.exit_code, 0) << evaluated.err;
  EXPECT_EQ(Json::parse(evaluated.out).at("loss"), result.at("loss"));
  const auto checked =
      run({"check", "cli/quantized.onnx", "--config", "run.json", "--max-loss", "1", "--json"});
  ASSERT_EQ(checked.exit_code, 0) << checked.err;
  EXPECT_EQ(Json::parse(checked.out).at("criteria").at(0).at("value"), result.at("loss"));
}

#ifdef CALOQUANT_PYTHON
TEST_F(WaysIn, PythonWritesWhatTheCommandWrites) {
  const auto command = expected();
  const std::string program = R"(
import caloquant
caloquant.quantize(config="run.json", folder="python")
session = caloquant.Session(config="run.json")
session.calibrate()
session.tune().save("later")
)";
  Launch python;
  python.command = {CALOQUANT_PYTHON, "-c", program};
  python.folder = folder.path().string();
  python.environment = {{"PYTHONPATH", CALOQUANT_PYTHON_PACKAGE},
                        {"CALOQUANT_KERNEL_CACHE", "off"}};
  const Finished done = launch(python);
  ASSERT_EQ(done.exit_code, 0) << done.err;
  for (const char* name : {"python", "later"}) {
    EXPECT_EQ(files_of(folder / name), command) << name;
  }
}
#endif

}  // namespace
}  // namespace caloquant::testing
