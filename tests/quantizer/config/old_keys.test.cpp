#include "quantizer/config/old_keys.hpp"

#include <gmock/gmock.h>
#include <caloquant/error.hpp>

#include <fstream>

#include "quantizer/config/run_config_json.hpp"
#include "tests/quantizer/config/examples.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Json with_the_old_name() {
  Json json = testing::minimal_config();
  json["input"] = {{"recipe", "energy_angle_noise"}, {"seed", 5}};
  return json;
}

TEST(OldKeys, AreReadAndTold) {
  const RunConfig config = run_config_from_json(with_the_old_name(), "/runs", "run.json");
  EXPECT_EQ(config.input, (InputConfig{InputEncoding::energy_angle_noise, 5}));
  EXPECT_THAT(config.deprecations,
              ElementsAre(AllOf(HasSubstr("run.json#/input/recipe"), HasSubstr("'encoding'"))));
  EXPECT_THAT(run_config_from_json(testing::minimal_config(), "/runs", "run.json").deprecations,
              IsEmpty());
}

TEST(OldKeys, AreWrittenByTheirPresentNames) {
  const Json written = to_json(run_config_from_json(with_the_old_name(), "/runs", "run.json"));
  EXPECT_EQ(written.at("input").dump(), R"({"encoding":"energy_angle_noise","seed":5})");
}

TEST(OldKeys, KeepTheirPlaceAmongTheOthers) {
  Json json = Json::parse(R"({"input": {"seed": 1, "recipe": "tensor", "more": 2}})");
  EXPECT_EQ(rename_old_keys(json, "").size(), 1U);
  EXPECT_EQ(json.dump(), R"({"input":{"seed":1,"encoding":"tensor","more":2}})");
}

TEST(OldKeys, AreRefusedBesideThePresentOnes) {
  Json json = with_the_old_name();
  json["input"]["encoding"] = "energy_angle_noise";
  EXPECT_THAT(testing::message_of(
                  [&] { static_cast<void>(run_config_from_json(json, "/runs", "run.json")); }),
              AllOf(HasSubstr("run.json#/input/recipe"), HasSubstr("'encoding'")));
}

TEST(OldKeys, OfOverridesComeAfterTheFile) {
  const testing::TempDir folder;
  std::ofstream(folder / "run.json") << testing::minimal_config();
  const RunConfig config =
      load_run_config(folder / "run.json", {"/input/recipe=energy_angle_noise"});
  EXPECT_EQ(config.input.encoding, InputEncoding::energy_angle_noise);
  EXPECT_THAT(config.deprecations, ElementsAre(HasSubstr("--set /input/recipe")));
}

TEST(OldKeys, OfAFileAreToldWithItsName) {
  const testing::TempDir folder;
  std::ofstream(folder / "run.json") << with_the_old_name();
  EXPECT_THAT(load_run_config(folder / "run.json").deprecations,
              ElementsAre(HasSubstr((folder / "run.json").string() + "#/input/recipe")));
}

TEST(OldKeys, LeaveADocumentOfAnotherFormAlone) {
  for (const char* text : {"[]", "3", R"({"input": 3})", R"({"input": []})", "{}"}) {
    Json json = Json::parse(text);
    EXPECT_THAT(rename_old_keys(json, ""), IsEmpty()) << text;
    EXPECT_EQ(json, Json::parse(text));
  }
}

}  // namespace
}  // namespace caloquant
