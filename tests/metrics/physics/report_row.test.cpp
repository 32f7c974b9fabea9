#include "metrics/physics/report_row.hpp"

#include <gmock/gmock.h>

#include <cmath>

#include "metrics/physics/distribution_distance.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

BinnedValues one_bin(std::vector<double> a, std::vector<double> b, bool paired) {
  return {{"all", defined_values(a, b, paired)}};
}

TEST(ReportRow, MeansByHand) {
  const ReportRow row = means_row("m", "GeV", one_bin({1, 3}, {2, 6}, true), true);
  EXPECT_THAT(row.a, ElementsAre(2.0));
  EXPECT_THAT(row.b, ElementsAre(4.0));
  EXPECT_THAT(row.difference, ElementsAre(2.0));
  EXPECT_THAT(row.standard_error, ElementsAre(1.0));  // differences 1 and 3
  EXPECT_THAT(row.suspect, ElementsAre(HasSubstr("only 2 events")));
  EXPECT_TRUE(row.noise.empty());
}

TEST(ReportRow, ResponseIsTheRatioLessOne) {
  const ReportRow row = response_row("r", "GeV", one_bin({1, 3}, {2, 6}, true), true);
  EXPECT_THAT(row.difference, ElementsAre(1.0));
  EXPECT_THAT(row.standard_error, ElementsAre(0.0));
}

TEST(ReportRow, DistancesHaveTheNoiseOfTheHalvesOfA) {
  const auto distance = [](std::span<const double> a, std::span<const double> b) {
    return wasserstein_1(a, b);
  };
  const ReportRow row =
      distance_row("w", "", one_bin({0, 1, 0, 1}, {5, 6, 5, 6}, false), false, distance);
  EXPECT_THAT(row.difference, ElementsAre(5.0));
  EXPECT_THAT(row.noise, ElementsAre(1.0));
  EXPECT_TRUE(row.a.empty() && row.b.empty());
}

TEST(ReportRow, EquallyFewEventsAreSaidOnce) {
  const auto bin = [](std::size_t events) {
    const std::vector<double> values(events, 1.0);
    return defined_values(values, values, false);
  };
  const BinnedValues curve{{"x 0", bin(5)}, {"x 1", bin(5)}, {"x 2", bin(5)}};
  EXPECT_THAT(means_row("m", "", curve, false).suspect, ElementsAre("only 5 events in every bin"));
  const BinnedValues other{{"x 0", bin(5)}, {"x 1", bin(6)}, {"x 2", bin(10)}};
  EXPECT_THAT(means_row("m", "", other, false).suspect,
              ElementsAre("x 0: only 5 events", "x 1: only 6 events"));
}

TEST(ReportRow, EmptyBinsAreUndefinedAndSuspect) {
  const BinnedValues empty = one_bin({}, {std::nan("")}, false);
  const auto value = [](std::span<const double> values) { return mean_of(values).value; };
  for (const ReportRow& row :
       {means_row("m", "", empty, false), response_row("r", "", empty, false),
        statistic_row("s", "", empty, false, value)}) {
    EXPECT_TRUE(std::isnan(row.difference.at(0)) && std::isnan(row.standard_error.at(0)));
    EXPECT_THAT(row.suspect, ElementsAre(HasSubstr("only 0 events"),
                                         HasSubstr("1 value is undefined and left out")));
  }
}

}  // namespace
}  // namespace caloquant
