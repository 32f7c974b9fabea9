#include "graph/io/json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <caloquant/error.hpp>

#include <limits>

#include "graph/io/sha256.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using ::testing::HasSubstr;
using testing::message_of;

TEST(Json, RefusesDuplicateKeysAtAnyDepth) {
  for (const char* text : {R"({"a": 1, "a": 2})", R"({"x": {"b": 1, "c": 2, "b": 3}})",
                           R"([{"a": 1}, {"q": 1, "q": 1}])"}) {
    EXPECT_THAT(message_of([&] { (void)parse_json<ConfigError>(text, "f.json"); }),
                HasSubstr("twice in one object"))
        << text;
  }
  EXPECT_EQ(parse_json<ConfigError>(R"([{"a": 1}, {"a": 2}, {"b": {"a": 3}}])", "f").size(), 3U);
}

TEST(Json, NamesThePlaceOfASyntaxError) {
  EXPECT_THAT(message_of([] { (void)parse_json<ConfigError>("{\n \"a\": }", "f.json"); }),
              ::testing::AllOf(HasSubstr("f.json"), HasSubstr("line 2")));
}

TEST(Json, TakesCommentsOnlyWhereTheyAreAllowed) {
  const char* text = "// a\n{\"b\": /* c */ 1}";
  EXPECT_NE(message_of([&] { (void)parse_json<ConfigError>(text, "f.json"); }), "");
  EXPECT_EQ(parse_json<ConfigError>(text, "f.json", JsonComments::allowed)["b"].get<int>(), 1);
  EXPECT_THAT(message_of([] {
                (void)parse_json<ConfigError>("{\"a\": 1, /* b */ \"a\": 2}", "f.json",
                                              JsonComments::allowed);
              }),
              HasSubstr("twice in one object"));
}

TEST(Json, WritesNumbersThatJsonLacksAsText) {
  EXPECT_EQ(json_number(std::numeric_limits<double>::quiet_NaN()), "nan");
  EXPECT_EQ(json_number(-std::numeric_limits<double>::infinity()), "-inf");
  EXPECT_EQ(json_number(0.1).get<double>(), 0.1);
}

// FIPS 180-4 examples.
TEST(Sha256, KnownAnswers) {
  const auto hash = [](const std::string& text) {
    Sha256 sha;
    sha.update(text);
    return sha.finish();
  };
  EXPECT_EQ(hash(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hash("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hash("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(hash(std::string(1000000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

}  // namespace
}  // namespace caloquant
