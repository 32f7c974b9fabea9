#include "quantizer/evaluate/profile_rows.hpp"

#include <gtest/gtest.h>

#include "tests/support/support.hpp"

namespace caloquant {
namespace {

class GrowingSample : public testing::PropertyTest {};

// What a sample says of its first events is what they say alone, wherever calls of add() are cut.
TEST_F(GrowingSample, ItsFirstEventsAreASampleOfTheirOwn) {
  const ImageExtents extents{3, 4, 2};
  constexpr std::size_t cells = 24;
  constexpr std::size_t events = 40;
  std::vector<float> images(events * cells);
  for (float& cell : images) {
    cell = testing::uniform(random, 0.0F, 1.0F);
  }
  for (const LossProfile profile : {LossProfile::sum, LossProfile::cell}) {
    for (const std::size_t batch_size : {std::size_t{0}, std::size_t{7}}) {
      ShowerProfiles::Spec spec;
      spec.extents = extents;
      spec.profile = profile;
      spec.batch_size = batch_size;
      ProfileRows rows(spec);
      for (std::size_t first = 0; first < events; first += 8) {
        rows.add(std::span<const float>(images).subspan(first * cells, 8 * cells), 2);
      }
      for (const std::size_t count : {std::size_t{10}, std::size_t{25}, events}) {
        spec.events = count;
        ShowerProfiles alone(spec);
        alone.add(0, std::span<const float>(images).first(count * cells));
        const ShowerProfiles first = rows.first(count);
        ASSERT_TRUE(first.complete());
        EXPECT_EQ(first.estimate(LossSpread::variance).mean,
                  alone.estimate(LossSpread::variance).mean);
        EXPECT_EQ(first.estimate(LossSpread::variance, 1).spread,
                  alone.estimate(LossSpread::variance, 1).spread);
      }
    }
  }
}

}  // namespace
}  // namespace caloquant
