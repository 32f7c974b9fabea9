#include "quantizer/config/json_schema.hpp"

#include <gmock/gmock.h>
#include <caloquant/error.hpp>

#include "graph/json/json.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::message_of;

const char* const schema_text = R"({
  "type": "object",
  "additionalProperties": false,
  "required": ["name"],
  "properties": {
    "name": {"type": "string", "enum": ["red", "green"], "description": "A colour."},
    "count": {"type": "integer", "minimum": 1, "maximum": 9, "default": 3},
    "scale": {"type": "number", "exclusiveMinimum": 0},
    "on": {"type": "boolean"},
    "list": {"type": "array", "minItems": 1, "items": {"type": "integer"}},
    "inner": {
      "type": "object",
      "additionalProperties": false,
      "default": {},
      "properties": {"depth": {"type": "integer", "default": 7}}
    },
    "dictionary": {"type": "object", "additionalProperties": {"$ref": "#/$defs/entry"}},
    "either": {"oneOf": [{"$ref": "#/$defs/word"}, {"type": "array", "items": {"$ref": "#/$defs/word"}}]}
  },
  "$defs": {
    "entry": {
      "type": "object",
      "additionalProperties": false,
      "properties": {"value": {"type": "number"}}
    },
    "word": {"type": "string", "enum": ["a", "b"]}
  }
})";

Json checked(const std::string& text) {
  const Json schema = parse_json<ConfigError>(schema_text, "schema");
  return checked_with_defaults(parse_json<ConfigError>(text, "f"), schema, "f");
}

std::string error_of(const std::string& text) {
  return message_of([&] { static_cast<void>(checked(text)); });
}

TEST(JsonSchema, FillsInDefaultsInTheOrderOfTheSchema) {
  EXPECT_EQ(checked(R"({"on": true, "name": "red"})").dump(),
            R"({"name":"red","count":3,"on":true,"inner":{"depth":7}})");
  EXPECT_EQ(checked(R"({"inner": {"depth": 1}, "count": 9, "name": "green"})").dump(),
            R"({"name":"green","count":9,"inner":{"depth":1}})");
}

TEST(JsonSchema, KeepsTheOrderOfADictionary) {
  const Json result = checked(R"({"name": "red", "dictionary": {"z": {"value": 1}, "a": {}}})");
  EXPECT_EQ(result.at("dictionary").dump(), R"({"z":{"value":1},"a":{}})");
}

TEST(JsonSchema, RejectsAnUnknownKeyWithAHint) {
  EXPECT_THAT(error_of(R"({"name": "red", "cuont": 1})"),
              AllOf(HasSubstr("f#/cuont"), HasSubstr("did you mean 'count'?")));
  EXPECT_THAT(error_of(R"({"name": "red", "inner": {"zzzzzz": 1}})"),
              AllOf(HasSubstr("f#/inner/zzzzzz"), HasSubstr("known here: depth")));
  EXPECT_THAT(error_of(R"({"name": "red", "a/b~": 1})"), HasSubstr("f#/a~1b~0"));
  EXPECT_THAT(error_of(R"({"name": "red", "dictionary": {"x/y": {"walue": 1}}})"),
              HasSubstr("f#/dictionary/x~1y/walue"));
}

TEST(JsonSchema, RejectsAMissingKeyAndSaysWhatItIs) {
  EXPECT_THAT(error_of("{}"), AllOf(HasSubstr("f#"), HasSubstr("'name'"), HasSubstr("A colour.")));
}

TEST(JsonSchema, RejectsTheWrongType) {
  EXPECT_THAT(error_of("[]"), HasSubstr("must be an object"));
  EXPECT_THAT(error_of(R"({"name": 1})"), AllOf(HasSubstr("f#/name"), HasSubstr("a string")));
  EXPECT_THAT(error_of(R"({"name": "red", "count": "3"})"), HasSubstr("must be an integer"));
  EXPECT_THAT(error_of(R"({"name": "red", "on": 1})"), HasSubstr("must be a boolean"));
  EXPECT_THAT(error_of(R"({"name": "red", "scale": null})"), HasSubstr("must be a number"));
  EXPECT_THAT(error_of(R"({"name": "red", "list": {}})"), HasSubstr("must be an array"));
  EXPECT_THAT(error_of(R"({"name": "red", "list": [1, "2"]})"), HasSubstr("f#/list/1"));
  EXPECT_THAT(error_of(R"({"name": "red", "dictionary": {"x": 1}})"), HasSubstr("f#/dictionary/x"));
}

TEST(JsonSchema, RejectsWhatIsNoInteger) {
  EXPECT_THAT(error_of(R"({"name": "red", "count": 2.5})"), HasSubstr("must be an integer"));
  EXPECT_THAT(error_of(R"({"name": "red", "count": 1e1})"), HasSubstr("must be an integer"));
  EXPECT_THAT(error_of(R"({"name": "red", "count": 99999999999999999999})"),
              HasSubstr("must be an integer"));
}

TEST(JsonSchema, TakesAnIntegerAsANumber) {
  EXPECT_EQ(checked(R"({"name": "red", "scale": 2})").at("scale"), 2);
}

TEST(JsonSchema, RejectsWhatIsOutOfRange) {
  EXPECT_THAT(error_of(R"({"name": "red", "count": 0})"), HasSubstr("at least 1"));
  EXPECT_THAT(error_of(R"({"name": "red", "count": -1})"), HasSubstr("at least 1"));
  EXPECT_THAT(error_of(R"({"name": "red", "count": 10})"), HasSubstr("at most 9"));
  EXPECT_THAT(error_of(R"({"name": "red", "count": 18446744073709551615})"),
              HasSubstr("at most 9"));
  EXPECT_THAT(error_of(R"({"name": "red", "scale": 0})"), HasSubstr("greater than 0"));
  EXPECT_THAT(error_of(R"({"name": "red", "list": []})"), HasSubstr("f#/list"));
}

TEST(JsonSchema, RejectsAValueThatIsNotInTheList) {
  EXPECT_THAT(error_of(R"({"name": "blue"})"),
              AllOf(HasSubstr("f#/name"), HasSubstr("\"red\", \"green\"")));
}

TEST(JsonSchema, TellsTheBranchesOfOneOfApartByType) {
  EXPECT_EQ(checked(R"({"name": "red", "either": "a"})").at("either"), "a");
  EXPECT_EQ(checked(R"({"name": "red", "either": ["a", "b"]})").at("either").size(), 2U);
  EXPECT_THAT(error_of(R"({"name": "red", "either": "c"})"),
              AllOf(HasSubstr("f#/either"), HasSubstr("\"a\", \"b\"")));
  EXPECT_THAT(error_of(R"({"name": "red", "either": ["c"]})"), HasSubstr("f#/either/0"));
  EXPECT_THAT(error_of(R"({"name": "red", "either": 1})"), HasSubstr("f#/either"));
}

}  // namespace
}  // namespace caloquant
