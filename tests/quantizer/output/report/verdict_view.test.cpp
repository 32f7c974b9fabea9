#include "quantizer/output/report/verdict_view.hpp"

#include <gmock/gmock.h>

#include "quantizer/output/report/run_folder.hpp"
#include "tests/quantizer/output/result_fixture.hpp"

namespace caloquant {
namespace {

using testing::a_loss_only_result;
using testing::a_result;
using ::testing::HasSubstr;

RunFolder run_of(Json result, double speedup = 0.0) {
  RunFolder run;
  run.result = std::move(result);
  if (speedup > 0.0) {
    run.data = {{"times",
                 {{"fp32", {{"events_per_second", 10.0}}},
                  {"quantized", {{"events_per_second", 10.0 * speedup}}}}}};
  }
  return run;
}

int rank(const Json& tone) {
  return tone == "good" ? 0 : tone == "amber" ? 1 : tone == "bad" ? 2 : -1;
}

/// The worst tone of what stands under the headline.
int worst_below(const Json& view) {
  int worst = view.at("speed").is_null() ? 0 : rank(view.at("speed").at("tone"));
  for (const Json& row : view.at("rows")) {
    for (const char* side : {"search", "confirmation"}) {
      if (!row.at(side).is_null()) {
        EXPECT_GE(rank(row.at(side).at("tone")), 0);
        worst = std::max(worst, rank(row.at(side).at("tone")));
      }
    }
  }
  return worst;
}

// Every combination of three verdicts in the search and in the confirmation, fast and slow.
TEST(VerdictView, NothingIsWorseThanTheHeadline) {
  const std::vector<std::string> words{"passed", "undecided", "failed"};
  int green = 0;
  for (int code = 0; code < 729; ++code) {
    const auto word = [&](int place) {
      return words[static_cast<std::size_t>((code / place) % 3)];
    };
    for (const double speedup : {0.0, 0.97, 2.0}) {
      const Json view = verdict_view(
          run_of(a_result({word(1), word(3), word(9)}, {word(27), word(81), word(243)}), speedup));
      EXPECT_LE(worst_below(view), rank(view.at("tone"))) << view.dump(1);
      green += view.at("tone") == "good" ? 1 : 0;
    }
  }
  EXPECT_EQ(green, 2);  // all passed, and not slow
}

TEST(VerdictView, PutsTheConfirmationBeside) {
  const Json view = verdict_view(
      run_of(a_result({"passed", "passed", "passed"}, {"passed", "failed", "passed"})));
  EXPECT_EQ(view.at("tone"), "bad");
  EXPECT_THAT(view.at("detail").get<std::string>(),
              HasSubstr("energy response at 2-104 GeV (confirmation)"));
  ASSERT_EQ(view.at("rows").size(), 3U);
  const Json& response = view.at("rows").at(1);
  EXPECT_EQ(response.at("limit"), "0.5 %");
  EXPECT_EQ(response.at("search").at("value"), "-0.43 % ± 0.1 %");
  EXPECT_EQ(response.at("search").at("tone"), "good");
  EXPECT_EQ(response.at("confirmation").at("tone"), "bad");
  EXPECT_DOUBLE_EQ(response.at("search").at("share").get<double>(), 0.86);
  EXPECT_DOUBLE_EQ(response.at("search").at("high").get<double>(), 1.26);
  EXPECT_EQ(view.at("confirmation_events"), 1024);
}

TEST(VerdictView, SaysThatPhysicsWasNotAsked) {
  const Json view = verdict_view(run_of(a_loss_only_result("passed"), 2.0));
  EXPECT_EQ(view.at("tone"), "amber");
  EXPECT_THAT(view.at("title").get<std::string>(), HasSubstr("loss only, physics not asked"));
}

TEST(VerdictView, OfAnOlderRun) {
  Json result = a_result({"passed", "passed", "passed"});
  result.erase("criteria");
  const Json view = verdict_view(run_of(result, 2.0));
  EXPECT_EQ(view.at("tone"), "amber");
  EXPECT_EQ(view.at("asked"), "criteria not recorded (older run)");
  EXPECT_TRUE(view.at("rows").empty());
}

}  // namespace
}  // namespace caloquant
