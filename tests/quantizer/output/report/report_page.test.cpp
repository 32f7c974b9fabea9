#include "quantizer/output/report/report_page.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "quantizer/output/report/runs_table.hpp"
#include "tests/quantizer/output/result_fixture.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Json a_step(const std::string& changed, double loss, bool met) {
  return {
      {"step", 0},    {"changed", changed}, {"quantized_layers", 2}, {"total_layers", 3},
      {"loss", loss}, {"target_met", met},  {"error", Json()},       {"layers", Json::object()}};
}

RunFolder a_run(const std::string& name, const std::string& layer) {
  RunFolder run;
  run.name = name;
  run.result = {{"target_met", true}, {"loss", 0.25}, {"layers", {{{"name", layer}}}}};
  run.steps = {a_step("conv int8", 0.5, false), a_step(layer + " -> fp32", 0.25, true)};
  return run;
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++found;
  }
  return found;
}

TEST(ReportPage, NamesOfLayersCannotEndAScript) {
  const std::string harmless = report_page({a_run("one", "conv")});
  const std::string hostile = report_page({a_run("one", "</script><script>alert(1)<!--@@data@@")});
  EXPECT_EQ(count(hostile, "</script>"), count(harmless, "</script>"));
  EXPECT_EQ(count(hostile, "<script"), count(harmless, "<script"));
  EXPECT_THAT(hostile, HasSubstr("\\u003c/script>"));
}

// What the page's own parts ask of the network; Plotly's text names the sites of map tiles.
TEST(ReportPage, AsksNothingOfTheNetwork) {
  const std::string page = report_page({a_run("one", "conv")});
  for (const char* tag : {"<link", "<img", "<iframe", " src=", "@import", "url(http"}) {
    const std::size_t begin = page.find("<body");
    ASSERT_NE(begin, std::string::npos);
    EXPECT_THAT(page.substr(0, page.find("<script")), Not(HasSubstr(tag)));
  }
}

TEST(ReportPage, OneRunDoesNotTellItsFolder) {
  EXPECT_THAT(report_page({a_run("secret_folder", "conv")}), Not(HasSubstr("secret_folder")));
  EXPECT_THAT(report_page({a_run("first_folder", "conv"), a_run("second_folder", "conv")}),
              HasSubstr("second_folder"));
}

TEST(RunsTable, PutsRunsBesideEachOther) {
  RunFolder longer = a_run("longer", "dense");
  longer.steps.push_back(a_step("all of it", 0.125, true));
  const std::string table = runs_table({a_run("short", "conv"), longer});
  EXPECT_THAT(table, HasSubstr("short"));
  EXPECT_THAT(table, HasSubstr("longer"));
  EXPECT_EQ(count(table, "conv int8"), 2U);
  EXPECT_EQ(count(table, "all of it"), 1U);
  const Json json = runs_json({a_run("short", "conv"), longer});
  ASSERT_EQ(json.size(), 2U);
  EXPECT_EQ(json[1]["steps"].size(), 3U);
  EXPECT_EQ(json[0]["outcome"]["target met"], "yes");
}

TEST(RunsTable, HasTheVerdictOfEveryStepAndCriterion) {
  RunFolder run = a_run("one", "conv");
  run.steps.front()["verdict"] = "undecided";
  run.result = testing::a_result({"passed", "failed", "passed"}, {"passed", "failed", "passed"});
  const std::string table = runs_table({run, a_run("older", "conv")});
  EXPECT_THAT(table, HasSubstr("undecided"));
  EXPECT_THAT(table, HasSubstr("criteria failed: beyond the limit: energy response"));
  EXPECT_THAT(table,
              HasSubstr("energy response at 2-104 GeV  limit 0.5 %, -0.43 % +- 0.1 %: failed"));
  EXPECT_THAT(table, HasSubstr("confirmation -0.43 % +- 0.1 %: failed"));
  EXPECT_THAT(table,
              HasSubstr("loss                          limit 0.002, 0.0014 +- 0.001: passed"));
  EXPECT_THAT(table, HasSubstr("criteria not recorded (older run)"));
}

TEST(RunsTable, CutsNothing) {
  RunFolder run = a_run("one", "a_layer_with_a_very_long_name_that_no_column_of_a_table_can_hold");
  run.steps.front()["changed"] = "first second third fourth fifth sixth seventh eighth ninth";
  run.steps.front()["error"] = "out of memory while the ninth layer was computed";
  const std::string table = runs_table({run, a_run("other", "conv")});
  EXPECT_THAT(table, Not(HasSubstr("~")));
  for (const char* word : {"first", "ninth", "can_hold", "failed:", "computed"}) {
    EXPECT_THAT(table, HasSubstr(word));
  }
}

TEST(RunFolder, KeepsWhatThePageShowsOfTheComparison) {
  const testing::TempDir folder;
  const Json distance{{"metric", "FPD"}, {"bins", {"all"}}, {"difference", {0.25}}};
  const Json response{
      {"metric", "total energy, B/A - 1"}, {"a", {1.0}}, {"b", {1.0}}, {"difference", {0.0}}};
  Json profile = response;
  profile["metric"] = "x profile";
  Json result = testing::a_result({"passed", "passed", "passed"});
  result["_format"] = "caloquant result";
  result["_version"] = 1;
  result["report"]["physics"] = {{"rows", {response, profile, distance}},
                                 {"correlations", {{"features", {"M1x"}}}}};
  std::ofstream(folder / "result.json") << result.dump();
  std::ofstream(folder / "steps.jsonl") << "";
  const Json physics = read_run_folder(folder.path()).result.at("report").at("physics");
  EXPECT_EQ(physics.at("rows"), Json({response, distance}));
  EXPECT_EQ(physics.at("correlations").at("features").at(0), "M1x");
}

TEST(RunFolder, RefusesWhatIsNoRun) {
  const testing::TempDir folder;
  const auto message = [&] {
    return testing::message_of([&] { static_cast<void>(read_run_folder(folder.path())); });
  };
  EXPECT_THAT(message(), HasSubstr("result.json"));
  std::ofstream(folder / "result.json") << "{\"_format\": \"something else\"}";
  EXPECT_THAT(message(), HasSubstr("result.json"));
  std::ofstream(folder / "result.json") << "{broken";
  EXPECT_THAT(message(), HasSubstr("result.json"));
}

}  // namespace
}  // namespace caloquant
