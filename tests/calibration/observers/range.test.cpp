#include <caloquant/range.hpp>

#include "tests/support/support.hpp"

namespace caloquant {
namespace {

TEST(RangeAlgorithm, NamesAreReadBack) {
  EXPECT_EQ(all_range_algorithms().size(), 8U);
  EXPECT_EQ(name_of(RangeAlgorithm::minmax), "minmax");
  EXPECT_EQ(name_of(RangeAlgorithm::kl), "kl");
  for (const RangeAlgorithm algorithm : all_range_algorithms()) {
    EXPECT_EQ(range_algorithm(name_of(algorithm), "config"), algorithm);
  }
}

TEST(RangeAlgorithm, AnUnknownNameIsAnError) {
  EXPECT_EQ(testing::message_of([] { (void)range_algorithm("entropy", "run.json:/algorithm"); }),
            "run.json:/algorithm: unknown range algorithm \"entropy\"; use one of \"minmax\", "
            "\"minmax_headroom\", \"moving_average\", \"percentile\", \"mse\", \"kl\", \"aciq\", "
            "\"automatic\"");
}

}  // namespace
}  // namespace caloquant
