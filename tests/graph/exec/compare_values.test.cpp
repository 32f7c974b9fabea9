#include "graph/exec/compare_values.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

namespace caloquant {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

TEST(CompareValues, AgreesWithinTheBoundOnly) {
  EXPECT_DOUBLE_EQ(ratio_of(1.5, 1.0, 1.0), 0.5);
  EXPECT_DOUBLE_EQ(ratio_of(0.0, 1.0, 0.25), 4.0);
  EXPECT_EQ(ratio_of(1.0, 1.0, 0.0), 0.0);
  EXPECT_EQ(ratio_of(1.0, 2.0, 0.0), infinity);
  EXPECT_EQ(ratio_of(1.0, 2.0, nan), 0.0) << "without a bound nothing is decided";
  EXPECT_EQ(ratio_of(1.0, 2.0, infinity), 0.0);
}

TEST(CompareValues, WhatIsNotFiniteAgreesWithItself) {
  EXPECT_EQ(ratio_of(nan, nan, 1.0), 0.0);
  EXPECT_EQ(ratio_of(infinity, infinity, 1.0), 0.0);
  EXPECT_EQ(ratio_of(infinity, -infinity, 1.0), infinity);
  EXPECT_EQ(ratio_of(nan, 1.0, 1.0), infinity);
  EXPECT_EQ(ratio_of(1.0, infinity, 1.0), infinity);
}

TEST(CompareValues, NamesTheFirstTensorAndItsWorstElement) {
  const std::vector<float> expected{1.0F, 2.0F, 3.0F};
  const std::vector<float> good{1.0F, 2.0F, 3.25F};
  const std::vector<float> bad{1.0F, 4.0F, 9.0F};
  const std::vector<double> bounds{1.0, 0.5, infinity};
  const std::vector<double> bound{0.5};
  const std::vector<ComparedValues> values{
      {"a", good, expected, bound}, {"b", bad, expected, bounds}, {"c", bad, expected, bound}};
  const Comparison comparison = compare_values(values);
  ASSERT_TRUE(comparison.first);
  EXPECT_EQ(comparison.first->name, "b");
  EXPECT_EQ(comparison.first->element, 1U);
  EXPECT_EQ(comparison.undecided, 1U);
  EXPECT_DOUBLE_EQ(comparison.largest_ratio, 12.0);
  EXPECT_EQ(describe(*comparison.first), "element 1 is 4, expected is 2 within 0.5");
  EXPECT_FALSE(compare_values(std::span(values).first(1)).first);
}

}  // namespace
}  // namespace caloquant
