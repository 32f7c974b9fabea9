#include "quantizer/search/space/name_pattern.hpp"

#include <gmock/gmock.h>

#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using ::testing::HasSubstr;
using testing::message_of;

bool matches(const std::string& pattern, const std::string& name) {
  return NamePattern(pattern, "place").matches(name);
}

TEST(NamePattern, ComparesANameExactly) {
  EXPECT_TRUE(matches("conv3d_1", "conv3d_1"));
  EXPECT_FALSE(matches("conv3d_1", "conv3d_10"));
  EXPECT_FALSE(matches("conv3d_1", "my_conv3d_1"));
  EXPECT_FALSE(matches("conv.d_1", "conv3d_1"));  // no regex without its prefix
}

TEST(NamePattern, TakesStarAndQuestionMarkAsAGlob) {
  EXPECT_TRUE(matches("conv3d_*", "conv3d_10"));
  EXPECT_TRUE(matches("conv3d_?", "conv3d_1"));
  EXPECT_FALSE(matches("conv3d_?", "conv3d_10"));
  EXPECT_TRUE(matches("*", "block/conv"));
  EXPECT_FALSE(matches("conv*", "a_conv"));
}

TEST(NamePattern, MatchesALayerWhoseNameIsTheGlobItself) {
  EXPECT_TRUE(matches("odd[*", "odd[*"));
}

TEST(NamePattern, TakesARegexOnTheWholeName) {
  EXPECT_TRUE(matches("re:conv3d_[67]", "conv3d_7"));
  EXPECT_FALSE(matches("re:conv3d_[67]", "conv3d_5"));
  EXPECT_FALSE(matches("re:conv3d_", "conv3d_1"));
  EXPECT_TRUE(matches("re:.*_1", "conv3d_1"));
}

TEST(NamePattern, RejectsABrokenRegex) {
  const std::string message = message_of([] { NamePattern("re:conv(", "run.json#/x"); });
  EXPECT_THAT(message, HasSubstr("run.json#/x"));
  EXPECT_THAT(message, HasSubstr("re:conv("));
}

}  // namespace
}  // namespace caloquant
