#include "metrics/physics/feature_rows.hpp"

#include <algorithm>
#include <set>

#include "tests/support/support.hpp"

namespace caloquant {
namespace {

TEST(FeatureRows, NormaliseDividesByTheLargestMagnitudeOfTheReference) {
  const FeatureRows reference{2, {1.0, 0.0, -4.0, 0.0}};
  const FeatureRows rows{2, {2.0, 3.0}};
  EXPECT_EQ(normalise(rows, reference).values, (std::vector<double>{0.5, 3.0}));
}

TEST(FeatureRows, SelectTakesRowsInOrder) {
  const FeatureRows rows{2, {1, 2, 3, 4, 5, 6}};
  EXPECT_EQ(select_rows(rows, std::vector<std::size_t>{2, 0}).values,
            (std::vector<double>{5, 6, 1, 2}));
}

TEST(FeatureRows, DrawsAreDifferentRowsAndRepeatable) {
  const auto drawn = draw_rows(50, 30, 7, 3);
  EXPECT_EQ(std::set<std::size_t>(drawn.begin(), drawn.end()).size(), 30U);
  EXPECT_LT(*std::max_element(drawn.begin(), drawn.end()), 50U);
  EXPECT_EQ(draw_rows(50, 30, 7, 3), drawn);
  EXPECT_NE(draw_rows(50, 30, 7, 4), drawn);
  EXPECT_NE(draw_rows(50, 30, 8, 3), drawn);
}

/// Row 0 is in a draw of 5 of 10 with p = 1/2: 2000 draws have a standard deviation of 22.4.
TEST(FeatureRows, DrawsAreFair) {
  int drawn = 0;
  for (std::uint64_t draw = 0; draw < 2000; ++draw) {
    const auto rows = draw_rows(10, 5, 1, draw);
    drawn += std::find(rows.begin(), rows.end(), 0U) != rows.end() ? 1 : 0;
  }
  EXPECT_NEAR(drawn, 1000, 5 * 22.4);
}

}  // namespace
}  // namespace caloquant
