#include "quantizer/output/tables/criteria_table.hpp"

#include <gmock/gmock.h>

#include <sstream>
#include <vector>

#include "tests/quantizer/output/result_fixture.hpp"

namespace caloquant {
namespace {

using testing::a_loss_only_result;
using testing::a_measure;
using testing::a_result;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) {
    lines.push_back(line);
  }
  return lines;
}

TEST(CriteriaTable, HasALinePerCriterion) {
  const CriteriaRecord record = criteria_record(a_result({"passed", "undecided", "failed"}));
  const std::vector<std::string> lines = lines_of(criteria_table(record.search.measures));
  EXPECT_THAT(
      lines,
      ElementsAre("  criterion                            value         +-      limit  verdict",
                  "  loss                                0.0014      0.001      0.002  passed",
                  "  energy response at 2-104 GeV       -0.43 %      0.1 %      0.5 %  undecided",
                  "  hits > 0.0003 GeV                  -2.31 %      0.1 %        3 %  failed"));
}

TEST(CriteriaTable, SaysTheSameOfMeasures) {
  const std::vector<Measure> measures{
      {.name = "loss", .value = 0.25, .limit = 0.5},
      {.name = "z profile", .value = 0.02, .limit = 0.03, .lower = 0.01, .upper = 0.04},
      {.name = "FPD", .value = 2.0, .limit = 1.0}};
  EXPECT_THAT(lines_of(criteria_table(std::span<const Measure>(measures))),
              ElementsAre(HasSubstr("verdict"),
                          AllOf(HasSubstr(" 0.25 "), HasSubstr(" - "), HasSubstr("passed")),
                          AllOf(HasSubstr(" 2 % "), HasSubstr(" 3 % "), HasSubstr("undecided")),
                          AllOf(HasSubstr(" 2 "), HasSubstr("failed"))));
}

TEST(CriteriaTable, FitsATerminal) {
  const CriteriaRecord record = criteria_record(
      a_result({"passed", "undecided", "passed"}, {"passed", "undecided", "passed"}));
  for (const std::string& line : lines_of(criteria_table(record.search.measures))) {
    EXPECT_LE(line.size(), 80U) << line;
  }
}

TEST(CriteriaTable, EndsWithConfirmationAndASentence) {
  const std::vector<std::string> passed{"passed", "passed", "passed"};
  const std::string text = criteria_text(criteria_record(a_result(passed, passed)));
  EXPECT_THAT(text, AllOf(HasSubstr("criteria, 512 events\n"),
                          HasSubstr("confirmation, 1024 further events\n"),
                          HasSubstr("\nAll criteria passed: over 512 events at 95 % confidence, "
                                    "confirmed on 1024 further events.\n")));
  EXPECT_LT(text.find("criteria, "), text.find("confirmation, "));
}

TEST(CriteriaTable, IsPaintedByTheVerdict) {
  const std::string text =
      criteria_text(criteria_record(a_result({"passed", "undecided", "failed"})), {true});
  EXPECT_THAT(text, AllOf(HasSubstr("\x1b[32mpassed\x1b[0m"), HasSubstr("\x1b[33mundecided\x1b[0m"),
                          HasSubstr("\x1b[31mfailed\x1b[0m"),
                          HasSubstr("\x1b[31mCriteria failed: beyond the limit: hits")));
}

TEST(Headline, SaysWhenPhysicsWasNotAsked) {
  for (const char* verdict : {"passed", "undecided", "failed"}) {
    const Headline headline = headline_of(criteria_record(a_loss_only_result(verdict)));
    EXPECT_THAT(headline.title, HasSubstr("loss only, physics not asked"));
    EXPECT_NE(headline.tone, Tone::good) << verdict;
  }
}

TEST(Headline, OfAnotherNetworkAsksForNoPhysics) {
  Json result = a_loss_only_result("passed");
  result["metric"] = "sqnr reference=fp32_paired";
  result["criteria"]["text"] = "passed";
  const Headline headline = headline_of(criteria_record(result));
  EXPECT_EQ(headline.tone, Tone::good);
  EXPECT_EQ(headline.title, "target met");
}

TEST(Headline, SaysWhenThereIsNoGain) {
  const CriteriaRecord record =
      criteria_record(a_result({"passed", "passed", "passed"}, {"passed", "passed", "passed"}));
  EXPECT_EQ(headline_of(record, 1.6).tone, Tone::good);
  const Headline slow = headline_of(record, 0.97);
  EXPECT_EQ(slow.tone, Tone::amber);
  EXPECT_EQ(slow.title, "all criteria passed, but not faster than FP32");
  EXPECT_THAT(slow.detail, HasSubstr("0.97 times"));
}

TEST(Headline, OfAnOlderRunIsNotGreen) {
  Json result = a_result({"passed", "passed", "passed"});
  result.erase("criteria");
  const Headline headline = headline_of(criteria_record(result));
  EXPECT_EQ(headline.tone, Tone::amber);
  EXPECT_THAT(headline.detail, HasSubstr("criteria not recorded (older run)"));
  result["target_met"] = false;
  EXPECT_EQ(headline_of(criteria_record(result)).tone, Tone::bad);
}

TEST(CriteriaRecord, TakesNoDamageForSuccess) {
  Json result = a_result({"passed", "passed", "passed"});
  result["criteria"]["measures"][1]["verdict"] = "PASSED";
  result["criteria"]["measures"][2] = 7;
  const CriteriaRecord record = criteria_record(result);
  EXPECT_EQ(record.search.measures[1].verdict, Verdict::failed);
  EXPECT_EQ(record.search.measures[2].verdict, Verdict::failed);
  EXPECT_EQ(headline_of(record).tone, Tone::bad);
  EXPECT_EQ(headline_of(criteria_record(Json())).title, "no model");
}

TEST(CriteriaRecord, ReadsNumbersThatAreNone) {
  Json result = a_result({"failed", "passed", "passed"});
  result["criteria"]["measures"][0]["value"] = "inf";
  result["criteria"]["measures"][0]["standard_error"] = Json();
  const CriteriaRecord record = criteria_record(result);
  EXPECT_THAT(criteria_table(record.search.measures), HasSubstr(" inf "));
  EXPECT_THAT(criteria_table(record.search.measures), Not(HasSubstr("nan")));
}

}  // namespace
}  // namespace caloquant
