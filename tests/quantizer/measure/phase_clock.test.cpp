#include "quantizer/measure/phase_clock.hpp"

#include <gtest/gtest.h>

namespace caloquant {
namespace {

class PhaseTimes : public ::testing::Test {
 protected:
  double now = 10.0;
  std::vector<std::string> told;
  PhaseClock clock{[this](const std::string& phase) { told.push_back(phase); },
                   [this] { return now; }};
};

// 3 s until the first 8 events are done, then 8 more per second, then 0.5 s.
TEST_F(PhaseTimes, TellsWhatAPhaseTakesForItselfAndPerEvent) {
  clock.on_phase_start(Phase::calibrate, 24);
  for (const auto& [seconds, done] : {std::pair(3.0, 8), std::pair(1.0, 16), std::pair(1.0, 24)}) {
    now += seconds;
    clock.on_events(done);
  }
  now += 0.5;
  clock.on_phase_start(Phase::layer_costs, 0);
  now += 7.0;
  const std::vector<TimedPhase> phases = clock.finish();
  ASSERT_EQ(phases.size(), 2U);
  EXPECT_DOUBLE_EQ(phases[0].seconds_per_event, 0.125);
  EXPECT_DOUBLE_EQ(phases[0].fixed_seconds, 2.5);
  EXPECT_DOUBLE_EQ(phases[0].seconds(800), 102.5);
  EXPECT_DOUBLE_EQ(phases[1].seconds(800), 7.0);
  EXPECT_EQ(told, (std::vector<std::string>{"calibrate", "layer costs"}));
}

TEST_F(PhaseTimes, TakesOneBatchAsProportional) {
  clock.on_phase_start(Phase::reference, 4);
  now += 2.0;
  clock.on_events(4);
  EXPECT_DOUBLE_EQ(clock.finish().front().seconds(6), 3.0);
}

}  // namespace
}  // namespace caloquant
