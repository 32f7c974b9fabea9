#include "metrics/shower/shower_profiles.hpp"

#include <algorithm>

#include "tests/metrics/shower/sample.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using testing::golden_images;
using testing::profiles_of;

/// Two events [1, 1, 2]: cells {1, 3} and {3, 9}.
const std::vector<float> two_events{1, 3, 3, 9};

TEST(ShowerProfiles, SumsByHand) {
  const ShowerProfiles profiles = profiles_of({.extents = {1, 1, 2}, .events = 2}, two_events);
  const ProfileEstimate variance = profiles.estimate(LossSpread::variance);
  EXPECT_EQ(variance.mean, (std::vector<double>{8, 8, 2, 6}));
  EXPECT_EQ(variance.spread, (std::vector<double>{16, 16, 1, 9}));
  EXPECT_EQ(profiles.estimate(LossSpread::stddev).spread, (std::vector<double>{4, 4, 1, 3}));
}

TEST(ShowerProfiles, CellsByHand) {
  const ShowerProfiles profiles =
      profiles_of({.extents = {1, 1, 2}, .events = 2, .profile = LossProfile::cell}, two_events);
  const ProfileEstimate estimate = profiles.estimate(LossSpread::variance);
  EXPECT_EQ(estimate.mean, (std::vector<double>{4, 4, 2, 6}));
  EXPECT_EQ(estimate.spread, (std::vector<double>{9, 9, 1, 9}));
}

/// Batches {1, 3}, {5}: means 2 and 5, variances 1 and 0; the lone last event weighs as much.
TEST(ShowerProfiles, BatchesByHand) {
  const ShowerProfiles profiles = profiles_of({.extents = {1, 1, 1}, .events = 3, .batch_size = 2},
                                              std::vector<float>{1, 3, 5});
  EXPECT_EQ(profiles.estimate(LossSpread::stddev).mean[0], 3.5);
  EXPECT_EQ(profiles.estimate(LossSpread::stddev).spread[0], 0.5);
  EXPECT_EQ(profiles.blocks(), 2U);
  EXPECT_EQ(profiles.estimate(LossSpread::stddev, 1).mean[0], 2.0);
  EXPECT_FALSE(profiles.moments());
}

TEST(ShowerProfiles, BlocksHoldAtLeastTwoEvents) {
  const auto blocks = [](std::size_t events, std::size_t batch) {
    return ShowerProfiles({.extents = {1, 1, 1}, .events = events, .batch_size = batch}).blocks();
  };
  EXPECT_EQ(blocks(1, 0), 1U);
  EXPECT_EQ(blocks(3, 0), 1U);
  EXPECT_EQ(blocks(4, 0), 2U);
  EXPECT_EQ(blocks(39, 0), 19U);
  EXPECT_EQ(blocks(40, 0), 20U);
  EXPECT_EQ(blocks(5000, 0), 20U);
  EXPECT_EQ(blocks(512, 256), 2U);
  EXPECT_EQ(blocks(513, 256), 3U);
  EXPECT_EQ(blocks(256, 256), 1U);
}

/// Four events 0, 1, 2, 3 in two blocks.
TEST(ShowerProfiles, LeavesOutABlockOfConsecutiveEvents) {
  const ShowerProfiles profiles =
      profiles_of({.extents = {1, 1, 1}, .events = 4}, std::vector<float>{0, 1, 2, 3});
  EXPECT_EQ(profiles.estimate(LossSpread::variance, 0).mean[0], 2.5);
  EXPECT_EQ(profiles.estimate(LossSpread::variance, 1).mean[0], 0.5);
}

TEST(ShowerProfiles, KnowZeroAndBrokenCells) {
  ShowerProfiles profiles({.extents = {1, 1, 2}, .events = 3});
  EXPECT_FALSE(profiles.complete());
  profiles.add(0, std::vector<float>{0, -0.0F});
  EXPECT_TRUE(profiles.all_zero());
  profiles.add(1, std::vector<float>{1, std::nanf("")});
  EXPECT_FALSE(profiles.all_zero());
  EXPECT_EQ(profiles.cells_not_finite(), 1U);
  profiles.add(2, std::vector<float>{1, 1});
  EXPECT_TRUE(profiles.complete());
}

TEST(ShowerProfilesDeathTest, EventsComeInOrderAndOnce) {
  ShowerProfiles profiles({.extents = {1, 1, 1}, .events = 2});
  EXPECT_DEATH(profiles.add(1, std::vector<float>{0}), "first_event == added_");
  EXPECT_DEATH(profiles.add(0, std::vector<float>{0, 1, 2}), "events <= spec_.events");
  EXPECT_DEATH((void)profiles.estimate(LossSpread::variance), "complete");
}

using ShowerProfilesProperty = testing::PropertyTest;

TEST_F(ShowerProfilesProperty, BitsDoNotDependOnCallsOrThreads) {
  constexpr ImageExtents extents{5, 7, 3};
  constexpr std::size_t cells = cell_count(extents);
  for (const LossProfile profile : {LossProfile::sum, LossProfile::cell}) {
    for (const std::size_t batch : {0U, 3U, 8U}) {
      for (const double exponent : {1.0, 1.0 / 0.85}) {
        const auto events = static_cast<std::size_t>(testing::uniform_int(random, 1, 90));
        const auto seed_of_images =
            static_cast<std::uint64_t>(testing::uniform_int(random, 0, 999));
        const std::vector<float> images = golden_images(seed_of_images, events, extents);
        const ShowerProfiles::Spec spec{extents, events, profile, batch, {0.02, exponent}};
        const ShowerProfiles at_once = profiles_of(spec, images);
        ShowerProfiles in_parts(spec);
        for (std::size_t first = 0; first < events;) {
          const std::size_t count = std::min(
              static_cast<std::size_t>(testing::uniform_int(random, 0, 12)), events - first);
          in_parts.add(first, std::span(images).subspan(first * cells, count * cells),
                       testing::uniform_int(random, 1, 4));
          first += count;
        }
        for (const LossSpread spread : {LossSpread::variance, LossSpread::stddev}) {
          EXPECT_EQ(in_parts.estimate(spread).mean, at_once.estimate(spread).mean);
          EXPECT_EQ(in_parts.estimate(spread).spread, at_once.estimate(spread).spread);
          for (std::size_t block = 0; block < at_once.blocks() && at_once.blocks() > 1; ++block) {
            EXPECT_EQ(in_parts.estimate(spread, block).spread,
                      at_once.estimate(spread, block).spread);
          }
        }
      }
    }
  }
}

/// One event per batch has no spread; one batch of all events is the global average.
TEST_F(ShowerProfilesProperty, ExtremeBatchSizes) {
  constexpr ImageExtents extents{3, 2, 4};
  constexpr std::size_t events = 30;
  const std::vector<float> images = golden_images(
      static_cast<std::uint64_t>(testing::uniform_int(random, 0, 999)), events, extents);
  const ShowerProfiles global = profiles_of({.extents = extents, .events = events}, images);
  const ShowerProfiles single =
      profiles_of({.extents = extents, .events = events, .batch_size = 1}, images);
  const ShowerProfiles whole =
      profiles_of({.extents = extents, .events = events, .batch_size = events}, images);
  for (std::size_t slice = 0; slice < slice_count(extents); ++slice) {
    const double mean = global.estimate(LossSpread::stddev).mean[slice];
    // 30 additions in another order, of sums below 12: 30 * 12 * 1.1e-16 on each side
    EXPECT_NEAR(single.estimate(LossSpread::stddev).mean[slice], mean, 1e-13);
    EXPECT_EQ(single.estimate(LossSpread::stddev).spread[slice], 0.0);
    EXPECT_NEAR(whole.estimate(LossSpread::stddev).mean[slice], mean, 1e-13);
    EXPECT_NEAR(whole.estimate(LossSpread::variance).spread[slice],
                global.estimate(LossSpread::variance).spread[slice], 1e-12);
  }
}

}  // namespace
}  // namespace caloquant
