#include "quantizer/evaluate/partial_profiles.hpp"

#include <gtest/gtest.h>

#include "tests/support/support.hpp"

namespace caloquant {
namespace {

class StagedSample : public testing::PropertyTest {};

// A checkpoint is the profile of its events alone, wherever calls of add() are cut.
TEST_F(StagedSample, AStageIsTheProfileOfItsEvents) {
  const ImageExtents extents{3, 4, 2};
  constexpr std::size_t cells = 24;
  constexpr std::size_t events = 40;
  std::vector<float> images(events * cells);
  for (float& cell : images) {
    cell = testing::uniform(random, 0.0F, 1.0F);
  }
  ShowerProfiles::Spec spec;
  spec.extents = extents;
  spec.events = events;
  PartialProfiles staged(spec, {10, 25});
  for (std::size_t first = 0; first < events; first += 8) {
    staged.add(first, std::span<const float>(images).subspan(first * cells, 8 * cells), 1);
  }
  for (const auto& [checkpoint, count] : {std::pair<std::size_t, std::size_t>{0, 10}, {1, 25}}) {
    spec.events = count;
    ShowerProfiles alone(spec);
    alone.add(0, std::span<const float>(images).first(count * cells));
    ASSERT_TRUE(staged.checkpoint(checkpoint).complete());
    EXPECT_EQ(staged.checkpoint(checkpoint).estimate(LossSpread::variance).mean,
              alone.estimate(LossSpread::variance).mean);
    EXPECT_EQ(staged.checkpoint(checkpoint).estimate(LossSpread::variance, 1).spread,
              alone.estimate(LossSpread::variance, 1).spread);
  }
  EXPECT_TRUE(staged.whole().complete());
}

}  // namespace
}  // namespace caloquant
