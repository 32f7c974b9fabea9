#include "graph/json/json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <caloquant/error.hpp>

#include <limits>

#include "graph/io/files/sha256.hpp"
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

TEST(Json, RefusesWhatIsTooDeep) {
  const auto nested = [](std::size_t levels) {
    return std::string(levels, '[') + std::string(levels, ']');
  };
  EXPECT_EQ(message_of([&] {
              (void)parse_json<ConfigError>(nested(static_cast<std::size_t>(deepest_json)), "f");
            }),
            "");
  for (const std::size_t levels : {std::size_t{257}, std::size_t{80000}, std::size_t{10000000}}) {
    EXPECT_THAT(message_of([&] { (void)parse_json<ConfigError>(nested(levels), "f.json"); }),
                HasSubstr("f.json: has more than 256 arrays and objects inside each other"));
  }
  std::string objects;
  for (int i = 0; i < 80000; ++i) {
    objects += R"({"a":)";
  }
  EXPECT_THAT(message_of([&] { (void)parse_json<ModelError>(objects, "f.json"); }),
              HasSubstr("inside each other"));
}

TEST(Json, RefusesNumbersThatADoubleCannotHold) {
  for (const char* text : {"1e400", "-1e400", "[1, 1e999]"}) {
    EXPECT_THAT(message_of([&] { (void)parse_json<ConfigError>(text, "f.json"); }),
                HasSubstr("f.json: is not valid JSON"));
  }
}

TEST(Json, TakesAValueAsNothingThatItIsNot) {
  const auto parsed = [](const char* text) { return parse_json<ConfigError>(text, "f"); };
  EXPECT_EQ(json_as<std::uint64_t>(parsed("18446744073709551615")),
            std::numeric_limits<std::uint64_t>::max());
  for (const char* text : {"18446744073709551616", "-1", "1.5", "1e3", "true", "\"1\"", "null"}) {
    EXPECT_EQ(json_as<std::uint64_t>(parsed(text)), std::nullopt) << text;
  }
  EXPECT_EQ(json_as<std::int64_t>(parsed("9223372036854775808")), std::nullopt);
  EXPECT_EQ(json_as<std::int64_t>(parsed("-3")), -3);
  EXPECT_EQ(json_as<float>(parsed("1e39")), std::nullopt);
  EXPECT_EQ(json_as<double>(parsed("1e39")), 1e39);
  EXPECT_EQ(json_as<double>(parsed("true")), std::nullopt);
  EXPECT_EQ(json_as<bool>(parsed("1")), std::nullopt);
  EXPECT_EQ(json_as<std::vector<std::int64_t>>(parsed("[1, 2.5]")), std::nullopt);
  EXPECT_EQ(json_as<std::vector<std::int64_t>>(parsed("[1, 2]")),
            (std::vector<std::int64_t>{1, 2}));
}

TEST(Json, ChecksWhatAFileSaysThatItIs) {
  const auto refusal = [](const char* text) {
    return message_of([&] {
      require_format<DataError>(parse_json<DataError>(text, "f"), "f.json", "caloquant result", 1);
    });
  };
  EXPECT_EQ(refusal(R"({"_format": "caloquant result", "_version": 1})"), "");
  EXPECT_THAT(refusal("[]"), HasSubstr("f.json: is no 'caloquant result'"));
  EXPECT_THAT(refusal("{}"), HasSubstr("its _format does not say so"));
  EXPECT_THAT(refusal(R"({"_format": "caloquant report data", "_version": 1})"),
              HasSubstr("is no 'caloquant result'"));
  EXPECT_THAT(refusal(R"({"_format": "caloquant result"})"), HasSubstr("has no _version"));
  EXPECT_THAT(refusal(R"({"_format": "caloquant result", "_version": 1.0})"),
              HasSubstr("has no _version"));
  EXPECT_THAT(refusal(R"({"_format": "caloquant result", "_version": 2})"),
              HasSubstr("has version 2 of its format, but version 1 is read here; read it with the "
                        "newer caloquant that wrote it"));
  EXPECT_THAT(refusal(R"({"_format": "caloquant result", "_version": 0})"),
              HasSubstr("run 'caloquant quantize' again with this version"));
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
