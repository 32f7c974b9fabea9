// caloquant report as people call it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/support/process.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using ::testing::HasSubstr;
namespace fs = std::filesystem;

/// A small classifier, quantized into out/.
class ReportCommand : public ::testing::Test {
 protected:
  void SetUp() override {
    const fs::path fixtures = fs::path(CALOQUANT_SOURCE_DIR) / "tests/fixtures/foreign";
    for (const char* name : {"classifier.onnx", "images.npy"}) {
      fs::copy_file(fixtures / name, folder / name);
    }
    std::ofstream(folder / "run.json") << R"({
      "model": {"file": "classifier.onnx"},
      "data": {"files": "images.npy", "calibration_samples": 16, "evaluation_samples": 32},
      "input": {"recipe": "tensor"}, "metric": {"name": "mse"},
      "accuracy_criterion": {"criterion": "absolute", "tolerable_loss": 1000}
    })";
    ASSERT_EQ(run({"quantize", "run.json", "-o", "out", "--quiet"}).exit_code, 0);
  }
  [[nodiscard]] testing::Finished run(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), CALOQUANT_BINARY);
    return testing::launch({arguments, folder.path().string(), {}, {}});
  }
  [[nodiscard]] std::string text_of(const std::string& name) const {
    std::ifstream stream(folder / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  testing::TempDir folder;
};

TEST_F(ReportCommand, DrawsTheSamePageAgain) {
  const std::string written = text_of("out/report.html");
  EXPECT_THAT(written, HasSubstr("<title"));
  fs::remove(folder / "out/report.html");
  EXPECT_EQ(run({"report", "out"}).exit_code, 0);
  EXPECT_TRUE(text_of("out/report.html") == written);
  EXPECT_EQ(run({"report", "out", "-o", "again.html"}).exit_code, 0);
  EXPECT_TRUE(text_of("again.html") == written);
}

TEST_F(ReportCommand, PutsRunsBesideEachOther) {
  fs::copy(folder / "out", folder / "other");
  const auto table = run({"report", "out", "other", "--table"});
  EXPECT_EQ(table.exit_code, 0) << table.err;
  EXPECT_THAT(table.out, HasSubstr("other"));
  EXPECT_THAT(table.out, HasSubstr("target met"));
  EXPECT_EQ(run({"report", "out", "other"}).exit_code, 2);  // where to?
  EXPECT_EQ(run({"report", "out", "other", "-o", "both.html"}).exit_code, 0);
  EXPECT_THAT(text_of("both.html"), HasSubstr("other"));
}

TEST_F(ReportCommand, CanBeSwitchedOff) {
  ASSERT_EQ(run({"quantize", "run.json", "-o", "plain", "--quiet", "--set", "/report/html=false"})
                .exit_code,
            0);
  EXPECT_FALSE(fs::exists(folder / "plain/report.html"));
  EXPECT_FALSE(fs::exists(folder / "plain/report.json"));
  EXPECT_EQ(run({"report", "plain"}).exit_code, 0);  // with what there is
}

TEST_F(ReportCommand, NamesWhatIsNoRun) {
  fs::create_directory(folder / "empty");
  const auto empty = run({"report", "empty"});
  EXPECT_EQ(empty.exit_code, 5);
  EXPECT_THAT(empty.err, HasSubstr("result.json"));
  std::ofstream(folder / "out/steps.jsonl") << "{\"step\": 0}\n{broken\n";
  const auto broken = run({"report", "out"});
  EXPECT_EQ(broken.exit_code, 5);
  EXPECT_THAT(broken.err, HasSubstr("steps.jsonl"));
  EXPECT_EQ(run({"report", "absent"}).exit_code, 5);
}

}  // namespace
}  // namespace caloquant
