#include "quantizer/output/progress/step_table.hpp"

#include <gmock/gmock.h>

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

TEST(StepTable, HasAColumnForEachNumber) {
  Trial trial = sample_trial();
  EXPECT_THAT(
      StepTable(0.5).row(trial),
      AllOf(HasSubstr("  13  conv minmax per_channel "), HasSubstr(" 7/7 "), HasSubstr(" 0.25 "),
            HasSubstr(" 0.01 "), HasSubstr(" 0.5 "), HasSubstr(" no "), HasSubstr(" 12.3\n")));
  trial.target_met = true;
  EXPECT_THAT(StepTable(0.5).row(trial), HasSubstr(" yes "));
}

TEST(StepTable, PaintsWhetherTheTargetIsMet) {
  Trial trial = sample_trial();
  EXPECT_THAT(StepTable(0.5, {true}).row(trial), HasSubstr("  \x1b[31mno \x1b[0m  "));
  trial.target_met = true;
  EXPECT_THAT(StepTable(0.5, {true}).row(trial), HasSubstr("  \x1b[32myes\x1b[0m  "));
  EXPECT_THAT(StepTable(0.5, {false}).row(trial), Not(HasSubstr("\x1b")));
}

TEST(StepTable, LinesUp) {
  const std::string header = StepTable::header();
  const std::string row = StepTable(0.5).row(sample_trial());
  EXPECT_EQ(header.find('\n') + 1, row.size());
}

TEST(StepTable, ShowsTheErrorOfAFailedTrial) {
  Trial trial = sample_trial();
  trial.error = "oneDNN: out of memory";
  EXPECT_THAT(StepTable(0.5).row(trial), HasSubstr("failed: oneDNN: out of memory\n"));
}

TEST(StepTable, ShortensALongListOfLayers) {
  Trial trial = sample_trial();
  trial.proposal.fallbacks = {"conv3d_2", "conv3d_5", "conv3d_6", "conv3d_3", "conv3d_4"};
  trial.proposal.changed = "conv3d_2, conv3d_5, conv3d_6, conv3d_3, conv3d_4 -> fp32";
  for (const std::string& layer : trial.proposal.fallbacks) {
    trial.proposal.config.set(layer, LayerChoice{});
  }
  EXPECT_THAT(StepTable(0.5).row(trial),
              AllOf(HasSubstr("+ conv3d_4 -> fp32 (5 layers)"), Not(HasSubstr("conv3d_6"))));
}

TEST(StepTable, IsWhole) {
  const History history{sample_trial(), sample_trial()};
  const StepTable table(0.5);
  EXPECT_EQ(table.whole(history),
            StepTable::header() + table.row(history[0]) + table.row(history[1]));
}

}  // namespace
}  // namespace caloquant
