#include "quantizer/search/tune/journal.hpp"

#include <gmock/gmock.h>
#include <caloquant/error.hpp>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "graph/json/json.hpp"
#include "tests/quantizer/search/space/layers.hpp"
#include "tests/support/file_size_limit.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using ::testing::HasSubstr;

Trial sample_trial() {
  Trial trial;
  trial.step = 5;
  trial.proposal.config = testing::talk_space().op_type_combinations().front();
  trial.proposal.config.set("conv3d_2", LayerChoice{});
  trial.proposal.fallbacks = {"conv3d_2"};
  trial.proposal.changed = "conv3d_2 -> fp32";
  trial.loss = 0.1220;
  trial.standard_error = 0.003;
  trial.seconds = 2.5;
  trial.measures = {{"loss", 0.122, 0.1}, {"hits", -0.01, 0.03, 0.002, 0.006, 0.015}};
  return trial;
}

TEST(JournalLine, HoldsTheWholeTrial) {
  const Json line = parse_json<ConfigError>(journal_line(sample_trial()), "line");
  EXPECT_EQ(line.at("step"), 5);
  EXPECT_EQ(line.at("configuration").at("conv3d_1"), "int8 minmax per_channel");
  EXPECT_EQ(line.at("configuration").at("conv3d_2"), "fp32");
  EXPECT_EQ(line.at("configuration").size(), 7U);
  EXPECT_EQ(line.at("changed"), "conv3d_2 -> fp32");
  EXPECT_EQ(line.at("loss").get<double>(), 0.1220);  // round trip of a double is exact
  EXPECT_EQ(line.at("standard_error").get<double>(), 0.003);
  EXPECT_TRUE(line.at("error").is_null());
  EXPECT_EQ(line.at("seconds").get<double>(), 2.5);
  EXPECT_EQ(line.at("quantized_layers"), 6);
  EXPECT_EQ(line.at("total_layers"), 7);
  EXPECT_EQ(line.at("layers_by_precision").at("int8"), 6);
  EXPECT_EQ(line.at("layers_by_precision").at("fp32"), 1);
  EXPECT_EQ(line.at("target_met"), false);
  EXPECT_EQ(line.at("verdict"), "failed");
  EXPECT_EQ(line.at("events"), 0);
  const Json& loss = line.at("measures").at(0);
  EXPECT_EQ(loss.at("verdict"), "failed");
  EXPECT_TRUE(loss.at("standard_error").is_null());
  EXPECT_TRUE(loss.at("upper").is_null());
  const Json& hits = line.at("measures").at(1);
  EXPECT_EQ(hits.at("verdict"), "passed");
  EXPECT_EQ(hits.at("upper"), 0.015);
}

TEST(JournalLine, StaysJsonForNumbersThatAreNotFiniteAndOddErrors) {
  Trial trial = sample_trial();
  trial.loss = std::nan("");
  trial.standard_error = HUGE_VAL;
  trial.error = "a \"quoted\"\nline and a byte that is no UTF-8: \xff";
  const std::string text = journal_line(trial);
  EXPECT_EQ(text.find('\n'), std::string::npos);
  const Json line = parse_json<ConfigError>(text, "line");
  EXPECT_EQ(line.at("loss"), "nan");
  EXPECT_EQ(line.at("standard_error"), "inf");
  EXPECT_THAT(line.at("error").get<std::string>(), HasSubstr("\"quoted\"\nline"));
}

TEST(Journal, WritesOneLineATrialToBothFiles) {
  const testing::TempDir folder;
  Journal journal(folder.path());
  journal.append(sample_trial());
  Trial failed = sample_trial();
  failed.error = "say \"no\", twice";
  failed.loss = std::nan("");
  journal.append(failed);
  EXPECT_EQ(read_text<ConfigError>(folder / "steps.jsonl"),
            journal_line(sample_trial()) + "\n" + journal_line(failed) + "\n");
  const std::string csv = read_text<ConfigError>(folder / "steps.csv");
  EXPECT_THAT(csv, HasSubstr("step,changed,loss,"));
  EXPECT_THAT(
      csv,
      HasSubstr("\n5,\"conv3d_2 -> fp32\",0.122,0.003,\"\",2.5,6,7,6,0,0,0,1,failed,0,false,false,"
                "\"conv3d_1=int8 minmax per_channel; conv3d_2=fp32; "));
  EXPECT_THAT(csv, HasSubstr("\n5,\"conv3d_2 -> fp32\",nan,0.003,\"say \"\"no\"\", twice\","));
  EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 3);
}

TEST(Journal, StartsAnew) {
  const testing::TempDir folder;
  Journal(folder.path()).append(sample_trial());
  const Journal again(folder.path());
  EXPECT_EQ(read_text<ConfigError>(folder / "steps.jsonl"), "");
}

TEST(Journal, SaysWhichFileCannotBeWritten) {
  const testing::TempDir folder;
  EXPECT_THAT(testing::message_of([&] { Journal(folder / "missing"); }),
              HasSubstr("missing/steps.jsonl"));
  std::filesystem::create_directory(folder / "steps.csv");
  EXPECT_THAT(testing::message_of([&] { Journal(folder.path()); }), HasSubstr("steps.csv"));
}

TEST(Journal, SaysWhenADiskIsFull) {
  const testing::TempDir folder;
  {
    const testing::FileSizeLimit limit(100);  // the head of steps.csv is longer
    EXPECT_THAT(testing::message_of([&] { Journal(folder.path()); }),
                HasSubstr("steps.csv: cannot be written: File too large"));
  }
  Journal journal(folder.path());
  const testing::FileSizeLimit limit(300);
  EXPECT_THAT(testing::message_of([&] { journal.append(sample_trial()); }),
              HasSubstr("steps.jsonl: cannot be written"));
}

}  // namespace
}  // namespace caloquant
