#include "ops/core/broadcast.hpp"

#include <map>

#include "tests/support/support.hpp"

namespace caloquant {
namespace {

/// numpy's rule once more, told from the last axis on and without padding: an axis that only one
/// shape has is taken as it is.
std::optional<Shape> plain_rule(const Shape& a, const Shape& b) {
  Shape reversed;
  for (std::size_t back = 1; back <= a.size() || back <= b.size(); ++back) {
    if (back > b.size()) {
      reversed.push_back(a[a.size() - back]);
    } else if (back > a.size()) {
      reversed.push_back(b[b.size() - back]);
    } else {
      const std::int64_t x = a[a.size() - back];
      const std::int64_t y = b[b.size() - back];
      if (x == y || y == 1) {
        reversed.push_back(x);
      } else if (x == 1) {
        reversed.push_back(y);
      } else {
        return std::nullopt;
      }
    }
  }
  return Shape(reversed.rbegin(), reversed.rend());
}

class BroadcastProperty : public testing::PropertyTest {
 protected:
  /// 0 to 5 axes of few different extents, so that they agree by chance: 1, 2, 3, sometimes 0 or
  /// the batch.
  Shape random_shape() {
    constexpr std::int64_t extents[] = {1, 1, 1, 2, 2, 3, 0, dynamic};
    Shape shape(static_cast<std::size_t>(testing::uniform_int(random, 0, 5)));
    for (std::int64_t& extent : shape) {
      extent = extents[testing::uniform_int(random, 0, 7)];
    }
    return shape;
  }
};

TEST_F(BroadcastProperty, IsNumpysRule) {
  std::map<bool, int> fits;
  for (int round = 0; round < 20000; ++round) {
    const Shape a = random_shape();
    const Shape b = random_shape();
    const std::optional<Shape> expected = plain_rule(a, b);
    ASSERT_EQ(broadcast_shapes(a, b), expected) << to_string(a) << " " << to_string(b);
    ASSERT_EQ(broadcast_shapes(b, a), expected) << to_string(a) << " " << to_string(b);
    ASSERT_EQ(broadcasts_to(a, b), expected == b) << to_string(a) << " " << to_string(b);
    ++fits[expected.has_value()];
  }
  EXPECT_GT(fits[true], 2000);
  EXPECT_GT(fits[false], 2000);
}

TEST(Broadcast, WhatTheBatchMeets) {
  EXPECT_EQ(broadcast_shapes({dynamic, 5}, {1, 1, 5}), (Shape{1, dynamic, 5}));
  EXPECT_EQ(broadcast_shapes({dynamic, 5}, {dynamic, 1, 5}), (Shape{dynamic, dynamic, 5}));
  EXPECT_EQ(broadcast_shapes({dynamic, 5}, {5}), (Shape{dynamic, 5}));
  EXPECT_EQ(broadcast_shapes({dynamic, 5}, {3, 1}), std::nullopt);
  EXPECT_EQ(broadcast_shapes({dynamic, 5}, {dynamic, 3, 5}), std::nullopt);
  EXPECT_TRUE(broadcasts_to({}, {dynamic, 5}));
  EXPECT_FALSE(broadcasts_to({1, 1, 5}, {dynamic, 5}));
  EXPECT_EQ(with_leading_ones({3}, 3), (Shape{1, 1, 3}));
}

}  // namespace
}  // namespace caloquant
