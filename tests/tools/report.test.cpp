// caloquant report as people call it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/tools/classifier_run.hpp"

namespace caloquant {
namespace {

using ::testing::HasSubstr;
namespace fs = std::filesystem;

using ReportCommand = testing::ClassifierRun;

TEST_F(ReportCommand, DrawsTheSamePageAgain) {
  const std::string written = text_file("out/report.html");
  EXPECT_THAT(written, HasSubstr("<title"));
  fs::remove(folder / "out/report.html");
  EXPECT_EQ(run({"report", "out"}).exit_code, 0);
  EXPECT_TRUE(text_file("out/report.html") == written);
  EXPECT_EQ(run({"report", "out", "-o", "again.html"}).exit_code, 0);
  EXPECT_TRUE(text_file("again.html") == written);
}

TEST_F(ReportCommand, PutsRunsBesideEachOther) {
  fs::copy(folder / "out", folder / "other");
  const auto table = run({"report", "out", "other", "--table"});
  EXPECT_EQ(table.exit_code, 0) << table.err;
  EXPECT_THAT(table.out, HasSubstr("other"));
  EXPECT_THAT(table.out, HasSubstr("target met"));
  EXPECT_EQ(run({"report", "out", "other"}).exit_code, 2);  // where to?
  EXPECT_EQ(run({"report", "out", "other", "-o", "both.html"}).exit_code, 0);
  EXPECT_THAT(text_file("both.html"), HasSubstr("other"));
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
