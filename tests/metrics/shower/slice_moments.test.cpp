#include "metrics/shower/slice_moments.hpp"

#include <cmath>
#include <vector>

#include "tests/support/support.hpp"

namespace caloquant {
namespace {

SliceMoments moments_of(std::initializer_list<double> values) {
  SliceMoments moments(1);
  for (const double value : values) {
    moments.add(std::vector{value});
  }
  return moments;
}

/// {1, 2, 6}: mean 3, deviations -2, -1, 3.
TEST(SliceMoments, ByHand) {
  const SliceMoments moments = moments_of({1.0, 2.0, 6.0});
  EXPECT_EQ(moments.count(), 3U);
  EXPECT_DOUBLE_EQ(moments.mean(0), 3.0);
  EXPECT_DOUBLE_EQ(moments.variance(0), 14.0 / 3.0);
  EXPECT_DOUBLE_EQ(moments.third_moment(0), 18.0 / 3.0);
  EXPECT_DOUBLE_EQ(moments.fourth_moment(0), 98.0 / 3.0);
}

TEST(SliceMoments, OneEventHasNoSpread) {
  const SliceMoments moments = moments_of({7.0});
  EXPECT_EQ(moments.mean(0), 7.0);
  EXPECT_EQ(moments.variance(0), 0.0);
  EXPECT_EQ(moments.fourth_moment(0), 0.0);
}

/// A variance of 2/3 on top of 1e9: the difference of sums of squares would lose all digits.
TEST(SliceMoments, DoNotCancelOnALargeMean) {
  const SliceMoments moments = moments_of({1e9, 1e9 + 1.0, 1e9 + 2.0});
  EXPECT_DOUBLE_EQ(moments.variance(0), 2.0 / 3.0);
}

/// Groups {1, 3} and {5, 9}: mean 4.5, squares 12.25 + 2.25 + 0.25 + 20.25 = 35.
TEST(SliceMoments, GroupsGiveTheVarianceOfTheirMembers) {
  SliceMoments moments(1);
  moments.add_groups(std::vector{2.0}, std::vector{1.0});
  moments.add_groups(std::vector{7.0}, std::vector{4.0});
  EXPECT_DOUBLE_EQ(moments.mean(0), 4.5);
  EXPECT_DOUBLE_EQ(moments.variance(0), 35.0 / 4.0);
}

TEST(SliceMoments, MergingNothingChangesNothing) {
  SliceMoments moments = moments_of({1.0, 2.0, 6.0});
  moments.merge(SliceMoments(1));
  EXPECT_EQ(moments.count(), 3U);
  EXPECT_EQ(moments.variance(0), moments_of({1.0, 2.0, 6.0}).variance(0));
  SliceMoments empty(1);
  empty.merge(moments);
  EXPECT_EQ(empty.count(), 3U);
  EXPECT_EQ(empty.fourth_moment(0), moments.fourth_moment(0));
}

class SliceMomentsProperty : public testing::PropertyTest {
 protected:
  static constexpr std::size_t slices = 3;

  std::vector<std::vector<double>> events(int count) {
    std::vector<std::vector<double>> all(static_cast<std::size_t>(count));
    for (auto& event : all) {
      for (std::size_t slice = 0; slice < slices; ++slice) {
        event.push_back(static_cast<double>(testing::uniform(random, -1.0F, 3.0F)));
      }
    }
    return all;
  }

  static SliceMoments moments_of(const std::vector<std::vector<double>>& events) {
    SliceMoments moments(slices);
    for (const auto& event : events) {
      moments.add(event);
    }
    return moments;
  }

  /// Values are at most 4 apart and a few hundred at most: each sum of powers carries about n
  /// roundings of 1.1e-16 relative to n * 4^4.
  static void expect_equal(const SliceMoments& a, const SliceMoments& b) {
    constexpr double tolerance = 500 * 1.2e-16 * 256.0;
    ASSERT_EQ(a.count(), b.count());
    for (std::size_t slice = 0; slice < slices; ++slice) {
      EXPECT_NEAR(a.mean(slice), b.mean(slice), tolerance);
      EXPECT_NEAR(a.variance(slice), b.variance(slice), tolerance);
      EXPECT_NEAR(a.third_moment(slice), b.third_moment(slice), tolerance);
      EXPECT_NEAR(a.fourth_moment(slice), b.fourth_moment(slice), tolerance);
    }
  }
};

TEST_F(SliceMomentsProperty, EqualTheTwoPassFormulas) {
  const auto all = events(testing::uniform_int(random, 1, 300));
  const SliceMoments moments = moments_of(all);
  const double count = static_cast<double>(all.size());
  for (std::size_t slice = 0; slice < slices; ++slice) {
    double mean = 0.0;
    for (const auto& event : all) {
      mean += event[slice] / count;
    }
    std::array<double, 5> central{};
    for (const auto& event : all) {
      for (int power = 2; power <= 4; ++power) {
        central[static_cast<std::size_t>(power)] += std::pow(event[slice] - mean, power) / count;
      }
    }
    constexpr double tolerance = 500 * 1.2e-16 * 256.0;  // see expect_equal
    EXPECT_NEAR(moments.mean(slice), mean, tolerance);
    EXPECT_NEAR(moments.variance(slice), central[2], tolerance);
    EXPECT_NEAR(moments.third_moment(slice), central[3], tolerance);
    EXPECT_NEAR(moments.fourth_moment(slice), central[4], tolerance);
  }
}

TEST_F(SliceMomentsProperty, MergeIsAssociativeCommutativeAndEqualsOnePass) {
  for (int repeat = 0; repeat < 20; ++repeat) {
    const auto first = events(testing::uniform_int(random, 0, 40));
    const auto second = events(testing::uniform_int(random, 1, 40));
    const auto third = events(testing::uniform_int(random, 1, 40));
    auto all = first;
    all.insert(all.end(), second.begin(), second.end());
    all.insert(all.end(), third.begin(), third.end());

    SliceMoments left = moments_of(first);
    left.merge(moments_of(second));
    left.merge(moments_of(third));
    SliceMoments tail = moments_of(second);
    tail.merge(moments_of(third));
    SliceMoments right = moments_of(first);
    right.merge(tail);
    tail.merge(moments_of(first));

    expect_equal(left, moments_of(all));
    expect_equal(right, left);
    expect_equal(tail, left);
  }
}

}  // namespace
}  // namespace caloquant
