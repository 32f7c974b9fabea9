#include "calibration/observers/moving_average.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace caloquant {
namespace {

/// Highest: 1, then 1 + (3 - 1) / 2 = 2, then 2 + (6 - 2) / 2 = 4. Lowest: 0, 0, -8 / 2.
TEST(MovingAverageObserver, ByHand) {
  MovingAverageObserver observer("t", 0.5);
  observer.observe(std::vector{1.0F, 0.25F});
  EXPECT_EQ(observer.range(), (Range{0.0F, 1.0F}));
  observer.observe(std::vector{3.0F, 2.0F});
  EXPECT_EQ(observer.range(), (Range{0.0F, 2.0F}));
  observer.observe(std::vector{-8.0F, 6.0F});
  EXPECT_EQ(observer.range(), (Range{-4.0F, 4.0F}));
}

TEST(MovingAverageObserver, SeesEventsAndNotCalls) {
  MovingAverageObserver observer("t", 0.5);
  observer.observe(std::vector{1.0F, 0.25F, 3.0F, 2.0F, -8.0F, 6.0F}, 3);
  EXPECT_EQ(observer.range(), (Range{-4.0F, 4.0F}));
  MovingAverageObserver one_event("t", 0.5);
  one_event.observe(std::vector{1.0F, 0.25F, 3.0F, 2.0F, -8.0F, 6.0F});
  EXPECT_EQ(one_event.range(), (Range{-8.0F, 6.0F}));
}

TEST(MovingAverageObserver, FollowsTheOrderOfEvents) {
  MovingAverageObserver rising("t", 0.25);
  MovingAverageObserver falling("t", 0.25);
  rising.observe(std::vector{1.0F, 2.0F, 3.0F}, 3);
  falling.observe(std::vector{3.0F, 2.0F, 1.0F}, 3);
  EXPECT_EQ(rising.range().high, 1.6875F);   // 1, 1.25, 1.6875
  EXPECT_EQ(falling.range().high, 2.3125F);  // 3, 2.75, 2.3125
}

TEST(MovingAverageObserver, WithConstantOneIsTheLastEvent) {
  MovingAverageObserver observer("t", 1.0);
  observer.observe(std::vector{9.0F, 2.0F}, 2);
  EXPECT_EQ(observer.range(), (Range{0.0F, 2.0F}));
}

}  // namespace
}  // namespace caloquant
