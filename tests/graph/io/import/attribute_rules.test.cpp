#include "graph/io/import/attribute_rules.hpp"

#include <gtest/gtest.h>

namespace caloquant {
namespace {

TEST(AttributeRules, AreReadFromTheirList) {
  const auto rules = attribute_rules("axis! pads@-10 old@9-12~ mode@14=0");
  ASSERT_EQ(rules.size(), 4U);
  EXPECT_TRUE(rules[0].required && !rules[0].harmless && !rules[0].allowed);
  EXPECT_EQ(rules[1].last, 10);
  EXPECT_TRUE(rules[2].first == 9 && rules[2].last == 12 && rules[2].harmless);
  EXPECT_TRUE(rules[3].first == 14 && rules[3].allowed == 0);
  EXPECT_EQ(input_counts("1@-10 1-3@11-17 2-*@18", 12).most, 3U);
  EXPECT_EQ(input_counts("1@-10 1-3@11-17 2-*@18", 18).least, 2U);
  EXPECT_EQ(input_counts("2", 1).most, 2U);
}

}  // namespace
}  // namespace caloquant
