#include "quantizer/config/overrides.hpp"

#include <gmock/gmock.h>
#include <caloquant/error.hpp>

#include "graph/json/json.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using testing::message_of;

std::string applied(const std::string& document, const std::string& argument) {
  Json json = parse_json<ConfigError>(document, "f");
  apply_override(json, argument);
  return json.dump();
}

TEST(Override, ReplacesOrAddsAValue) {
  EXPECT_EQ(applied(R"({"a":{"b":1}})", "/a/b=2"), R"({"a":{"b":2}})");
  EXPECT_EQ(applied(R"({"a":{"b":1}})", "/a/c=true"), R"({"a":{"b":1,"c":true}})");
  EXPECT_EQ(applied("{}", "/a/b/c=1e-4"), R"({"a":{"b":{"c":0.0001}}})");
}

TEST(Override, TakesJsonOrElseAString) {
  EXPECT_EQ(applied("{}", R"(/a=["x", 1])"), R"({"a":["x",1]})");
  EXPECT_EQ(applied("{}", "/a=kl"), R"({"a":"kl"})");
  EXPECT_EQ(applied("{}", R"(/a="5")"), R"({"a":"5"})");
  EXPECT_EQ(applied("{}", "/a=x=y"), R"({"a":"x=y"})");
  EXPECT_EQ(applied("{}", "/a="), R"({"a":""})");
}

TEST(Override, ReachesIntoArrays) {
  EXPECT_EQ(applied(R"({"a":[1,2]})", "/a/1=5"), R"({"a":[1,5]})");
  EXPECT_EQ(applied(R"({"a":[1]})", "/a/1=5"), R"({"a":[1,5]})");
  EXPECT_EQ(applied(R"({"a":[1]})", "/a/-=5"), R"({"a":[1,5]})");
}

TEST(Override, UnescapesThePointer) {
  EXPECT_EQ(applied("{}", "/a~1b/c~0d=1"), R"({"a/b":{"c~d":1}})");
  EXPECT_EQ(applied("{}", "/a~01=1"), R"({"a~1":1})");
}

TEST(Override, RejectsAnotherForm) {
  for (const char* argument : {"", "a/b=1", "/a/b", "=1"}) {
    EXPECT_THAT(message_of([&] { static_cast<void>(applied("{}", argument)); }),
                ::testing::HasSubstr("/json/pointer=value"))
        << argument;
  }
}

TEST(Override, RejectsAPointerThatLeadsNowhere) {
  for (const char* argument :
       {"/a/2=5", "/a/x=5", "/a/-1=5", "/a/18446744073709551616=5", "/a/0/deep=5"}) {
    EXPECT_THAT(message_of([&] { static_cast<void>(applied(R"({"a":[1]})", argument)); }),
                ::testing::HasSubstr("leads nowhere"))
        << argument;
  }
}

TEST(Override, RejectsDuplicateKeysInItsValue) {
  EXPECT_THAT(message_of([&] { static_cast<void>(applied("{}", R"(/a={"x":1,"x":2})")); }),
              ::testing::HasSubstr("twice"));
}

TEST(Override, IsAUsageError) {
  EXPECT_THROW(static_cast<void>(applied("{}", "x")), UsageError);
}

}  // namespace
}  // namespace caloquant
