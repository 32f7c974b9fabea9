#include "quantizer/output/progress/progress.hpp"

#include <gmock/gmock.h>

#include <sstream>

namespace caloquant {
namespace {

using ::testing::HasSubstr;

class Progress : public ::testing::Test {
 protected:
  std::ostringstream stream;
  double clock = 100.0;
  std::size_t columns = 80;
  ProgressLine line{stream, true, [this] { return clock; }, [this] { return columns; }};
};

TEST_F(Progress, ShowsPhaseTrialRateAndTimeToTheEnd) {
  line.begin_trial(3, 17, 200);
  clock += 4.0;
  // 40 events/s; 40 events here and 14 x 200 later: 71 s.
  EXPECT_EQ(line.text(160),
            "evaluate  trial 3 of at most 17  160/200 events  40.0 events/s  ETA 1:11");
}

// Trials 1 to 4 share one sweep of 8 s; 5 is alone and slower. 16 trials are left.
TEST_F(Progress, CountsLaterTrialsAsLongAsEarlierOnesWereOnAverage) {
  line.begin_trial(1, 21, 100);
  clock += 8.0;
  for (const std::size_t trial : {2U, 3U, 4U}) {
    line.begin_trial(trial, 21, 100);
  }
  line.begin_trial(5, 21, 100);
  clock += 1.0;
  // 4 s for the rest of this one at 20 events/s, then 16 of 8 s / 4.
  EXPECT_EQ(line.text(20),
            "evaluate  trial 5 of at most 21  20/100 events  20.0 events/s  ETA 0:36");
}

TEST_F(Progress, LeavesOutWhatMattersLeastOnANarrowTerminal) {
  line.begin_trial(3, 17, 200);
  clock += 4.0;
  EXPECT_EQ(line.text(160, 60), "evaluate  trial 3 of at most 17  160/200 events  ETA 1:11");
  EXPECT_EQ(line.text(160, 50), "evaluate  trial 3 of at most 17  ETA 1:11");
  EXPECT_EQ(line.text(160, 12), "evaluate  tr");
  columns = 20;
  clock += 1.0;
  line.update(170);
  EXPECT_TRUE(stream.str().ends_with("\r\x1b[Kevaluate  trial 3 o")) << stream.str();
}

TEST_F(Progress, ShowsAPhaseWithoutTrials) {
  line.begin("calibrate", 100);
  EXPECT_EQ(line.text(0), "calibrate  0/100 events");
  clock += 1.0;
  EXPECT_EQ(line.text(50), "calibrate  50/100 events  50.0 events/s  ETA 0:01");
}

TEST_F(Progress, GivesNoTimeForAnUnknownNumberOfEvents) {
  line.begin("read", 0);
  clock += 2.0;
  EXPECT_EQ(line.text(50), "read  50 events  25.0 events/s");
  EXPECT_EQ(line.text(0), "read");
}

TEST_F(Progress, ShowsHours) {
  line.begin("calibrate", 10001);
  clock += 2.0;
  EXPECT_THAT(line.text(1), HasSubstr("ETA 5:33:20"));  // 10000 events at 0.5 events/s
}

TEST_F(Progress, DrawsAtMostTenTimesASecondAndWipesItself) {
  line.begin("calibrate", 100);
  const std::string begun = stream.str();
  clock += 0.05;
  line.update(5);
  EXPECT_EQ(stream.str(), begun);
  clock += 0.06;
  line.update(6);
  EXPECT_THAT(stream.str(), HasSubstr("\r\x1b[Kcalibrate  6/100"));
  line.clear();
  EXPECT_TRUE(stream.str().ends_with("\r\x1b[K"));
}

TEST(ProgressLine, WritesNothingWhenItIsOff) {
  std::ostringstream stream;
  {
    ProgressLine line(stream, false);
    line.begin_trial(1, 2, 3);
    line.update(2);
    line.clear();
  }
  EXPECT_EQ(stream.str(), "");
}

}  // namespace
}  // namespace caloquant
