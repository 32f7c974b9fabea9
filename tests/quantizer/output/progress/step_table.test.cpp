#include "quantizer/output/progress/step_table.hpp"

#include <gmock/gmock.h>

#include <sstream>
#include <string>
#include <vector>

#include "tests/quantizer/search/space/layers.hpp"

namespace caloquant {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

Trial sample_trial() {
  Trial trial;
  trial.step = 13;
  trial.proposal.config = testing::talk_space().op_type_combinations().front();
  trial.proposal.changed = "conv int8 minmax per_channel";
  trial.loss = 0.25;
  trial.standard_error = 0.01;
  trial.seconds = 12.34;
  return trial;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) {
    lines.push_back(line);
  }
  return lines;
}

TEST(StepTable, HasAColumnForEachNumber) {
  Trial trial = sample_trial();
  trial.events = 128;
  EXPECT_EQ(StepTable::header().substr(0, 81),
            "step  tried               quant     loss      +-  L/dead events verdict      sec\n");
  EXPECT_EQ(StepTable(0.5).row(trial),
            "  13  conv minmax channel 7/7       0.25    0.01     0.5    128 failed      12.3\n");
  trial.verdict = Verdict::undecided;
  EXPECT_THAT(StepTable(0.5).row(trial), HasSubstr(" 128 undecided "));
  trial.target_met = true;
  EXPECT_THAT(StepTable(0.5).row(trial), HasSubstr(" 128 passed "));
  trial.events = 0;  // not known
  EXPECT_THAT(StepTable(0.5).row(trial), HasSubstr("   - passed "));
}

TEST(StepTable, PaintsTheVerdict) {
  Trial trial = sample_trial();
  EXPECT_THAT(StepTable(0.5, {true}).row(trial), HasSubstr(" \x1b[31mfailed   \x1b[0m "));
  trial.verdict = Verdict::undecided;
  EXPECT_THAT(StepTable(0.5, {true}).row(trial), HasSubstr(" \x1b[33mundecided\x1b[0m "));
  trial.target_met = true;
  EXPECT_THAT(StepTable(0.5, {true}).row(trial), HasSubstr(" \x1b[32mpassed   \x1b[0m "));
  EXPECT_THAT(StepTable(0.5, {false}).row(trial), Not(HasSubstr("\x1b")));
}

TEST(StepTable, FitsATerminal) {
  Trial trial = sample_trial();
  trial.step = 999;
  trial.loss = 1.41e-05;
  trial.standard_error = 7.2e-06;
  trial.events = 4096;
  trial.seconds = 1234.5;
  trial.verdict = Verdict::undecided;
  const StepTable table(1.0);
  for (const std::string& line : lines_of(StepTable::header() + table.row(trial))) {
    EXPECT_EQ(line.size(), 80U) << line;
  }
}

TEST(StepTable, ShowsTheWholeErrorOfAFailedTrial) {
  Trial trial = sample_trial();
  trial.error = "oneDNN: out of memory";
  EXPECT_THAT(StepTable(0.5).row(trial), HasSubstr("7/7    failed: oneDNN: out of memory\n"));
  trial.error += " for the input of conv3d_2 with [1, 8, 51, 51, 25] values on this machine";
  std::string words;
  for (const std::string& line : lines_of(StepTable(0.5).row(trial))) {
    EXPECT_LE(line.size(), 80U) << line;
    words += " " + line.substr(33);
  }
  EXPECT_EQ(words, " failed: " + trial.error);
}

TEST(StepTable, NamesTheLastOfALongListOfLayers) {
  Trial trial = sample_trial();
  trial.proposal.fallbacks = {"conv3d_2", "conv3d_5", "conv3d_6", "conv3d_3", "conv3d_4"};
  trial.proposal.changed = "conv3d_2, conv3d_5, conv3d_6, conv3d_3, conv3d_4 -> fp32";
  for (const std::string& layer : trial.proposal.fallbacks) {
    trial.proposal.config.set(layer, LayerChoice{});
  }
  EXPECT_THAT(StepTable(0.5).row(trial), AllOf(HasSubstr("  + conv3d_4 -> fp32 "),
                                               HasSubstr(" 2/7 "), Not(HasSubstr("conv3d_6"))));
}

TEST(StepTable, CutsNothing) {
  Trial trial = sample_trial();
  trial.proposal.changed =
      "sensitivity: 3 int8, 2 w8a16, 1 bf16, 1 fp32 and after that everything else in one line";
  const std::vector<std::string> lines = lines_of(StepTable(0.5).row(trial));
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[0].substr(6) + " " + lines[1].substr(6), trial.proposal.changed);
  EXPECT_THAT(lines[2], HasSubstr(" 7/7 "));
  for (const std::string& line : lines) {
    EXPECT_LE(line.size(), 80U) << line;
  }
}

TEST(StepTable, IsWhole) {
  const History history{sample_trial(), sample_trial()};
  const StepTable table(0.5);
  EXPECT_EQ(table.whole(history),
            StepTable::header() + table.row(history[0]) + table.row(history[1]));
}

}  // namespace
}  // namespace caloquant
