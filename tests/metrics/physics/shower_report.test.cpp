#include "metrics/physics/shower_report.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "tests/metrics/physics/physics_goldens.hpp"
#include "tests/metrics/physics/physics_sample.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using testing::physics_events;
using testing::physics_extents;
using testing::physics_sample;

const ReportRow& row_of(const ShowerReport& report, const std::string& metric) {
  const auto found = std::find_if(report.rows.begin(), report.rows.end(),
                                  [&](const ReportRow& row) { return row.metric == metric; });
  EXPECT_NE(found, report.rows.end()) << metric;
  return *found;
}

/// Events of a sample in another order.
ShowerSample reordered(std::uint64_t seed, const std::vector<std::size_t>& order) {
  const std::vector<float> images = testing::physics_images(seed);
  const std::vector<double> energies = testing::physics_energies();
  const std::vector<double> thetas = testing::physics_thetas();
  ShowerSample sample(physics_extents, order.size());
  const std::size_t cells = cell_count(physics_extents);
  for (const std::size_t event : order) {
    sample.add(std::span(images).subspan(event * cells, cells),
               std::span(energies).subspan(event, 1), std::span(thetas).subspan(event, 1));
  }
  return sample;
}

TEST(ShowerReport, EqualSamplesDifferNowhere) {
  const ShowerSample sample = physics_sample(1);
  const ShowerReport report = shower_report(sample, sample, {.paired = true});
  std::set<std::string> names;
  for (const ReportRow& row : report.rows) {
    EXPECT_TRUE(names.insert(row.metric).second) << row.metric << " is there twice";
    EXPECT_TRUE(row.paired);
    ASSERT_EQ(row.difference.size(), row.bins.size());
    ASSERT_EQ(row.standard_error.size(), row.bins.size());
    for (std::size_t bin = 0; bin < row.bins.size(); ++bin) {
      if (row.metric != "FPD" && row.metric != "KPD") {  // too few events: NaN
        EXPECT_EQ(row.difference[bin], 0.0) << row.metric << " " << row.bins[bin];
        EXPECT_EQ(row.standard_error[bin], 0.0) << row.metric << " " << row.bins[bin];
      }
    }
  }
  EXPECT_EQ(report.energy_bins.size(), 4U);  // 100, 200, 300, 400: over half of the events
  EXPECT_TRUE(report.suspect.empty());
}

TEST(ShowerReport, RowsEqualNumpy) {
  const ShowerReport report =
      shower_report(physics_sample(1), physics_sample(5000), {.paired = true});
  // 60 events' sums of 42 GeV over differences of 1 % of them.
  constexpr double relative = 1e-11;
  const ReportRow& moments = row_of(report, "W1 of sampling fraction");
  EXPECT_TRUE(moments.a.empty());
  EXPECT_GT(moments.noise[0], 0.0);
  const ReportRow& profile = row_of(report, "profile relative error");
  EXPECT_NEAR(profile.difference[0], testing::golden_profile_error, 1e-14);
  const ReportRow& shift = row_of(report, "W1 of mean profile");
  EXPECT_NEAR(shift.difference[0], testing::golden_profile_wasserstein, 1e-14);
  const ReportRow& x_profile = row_of(report, "x profile");
  EXPECT_EQ(x_profile.bins.size(), physics_extents[0]);
  const double total = std::accumulate(x_profile.a.begin(), x_profile.a.end(), 0.0);
  const std::vector<double> totals = testing::physics_totals(1);
  EXPECT_NEAR(total, std::accumulate(totals.begin(), totals.end(), 0.0) / 60.0, relative * total);
}

/// All events in one bin, so that the rows per bin of energy are those of the goldens.
TEST(ShowerReport, ResponseAndResolutionEqualNumpy) {
  const auto fixed_energy = [](std::uint64_t seed) {
    ShowerSample sample(physics_extents, physics_events);
    sample.add(testing::physics_images(seed), std::vector<double>(physics_events, 100.0),
               testing::physics_thetas());
    return sample;
  };
  const ShowerSample a = fixed_energy(1);
  const ShowerSample b = fixed_energy(5000);
  for (const bool paired : {true, false}) {
    const ShowerReport report = shower_report(a, b, {.paired = paired});
    const ReportRow& response = row_of(report, "total energy, B/A - 1");
    ASSERT_EQ(response.bins, std::vector<std::string>{"100 GeV"});
    EXPECT_NEAR(response.difference[0], testing::golden_ratio - 1.0, 1e-13);
    const double error =
        paired ? testing::golden_ratio_error_paired : testing::golden_ratio_error_apart;
    EXPECT_NEAR(response.standard_error[0], error, 1e-12 * error);
  }
}

TEST(ShowerReport, ResolutionWithJackknifeErrorEqualsNumpy) {
  const auto values = [](std::uint64_t seed) {
    return physics_sample(seed).feature(Feature::sampling_fraction);
  };
  const BinnedValues binned{{"all", defined_values(values(1), values(5000), true)}};
  const ReportRow row =
      statistic_row("resolution", "", binned, true, [](std::span<const double> fractions) {
        return standard_deviation(fractions) / mean_of(fractions).value;
      });
  // Differences of 1 % of resolutions, replicas of a tenth of that: 1e-16 * 60 / 1e-3.
  EXPECT_NEAR(row.difference[0], testing::golden_resolution_difference, 1e-13);
  EXPECT_NEAR(row.standard_error[0], testing::golden_resolution_error, 1e-12);
}

using ShowerReportProperty = testing::PropertyTest;

/// Values do not depend on the order of events; errors do, by the blocks.
TEST_F(ShowerReportProperty, OrderOfEventsDoesNotMatter) {
  std::vector<std::size_t> order(physics_events);
  std::iota(order.begin(), order.end(), std::size_t{0});
  const ShowerReport expected = shower_report(physics_sample(1), physics_sample(5000), {});
  std::shuffle(order.begin(), order.end(), random);
  const ShowerReport shuffled = shower_report(reordered(1, order), reordered(5000, order), {});
  ASSERT_EQ(shuffled.rows.size(), expected.rows.size());
  for (std::size_t i = 0; i < expected.rows.size(); ++i) {
    const ReportRow& row = expected.rows[i];
    for (std::size_t bin = 0; bin < row.bins.size(); ++bin) {
      if (!std::isnan(row.difference[bin])) {
        // Sums of 60 numbers up to 400 in another order.
        EXPECT_NEAR(shuffled.rows[i].difference[bin], row.difference[bin], 60 * 1.2e-16 * 400)
            << row.metric << " " << row.bins[bin];
      }
    }
  }
}

TEST(ShowerReport, SaysWhatIsSuspect) {
  ShowerSample a({1, 1, 3}, 4);
  ShowerSample b({1, 1, 3}, 4);
  const std::vector<double> angles(4, 1.5);
  a.add(std::vector<float>(12, 1.0F), std::vector<double>{100, 101, 200, 201}, angles);
  std::vector<float> images(12, 1.0F);
  std::fill(images.begin(), images.begin() + 3, 0.0F);
  images[4] = std::nanf("");
  b.add(images, std::vector<double>{104, 104.5, 200, 201}, angles);
  const ShowerReport report = shower_report(a, b, {});
  EXPECT_THAT(report.suspect, Contains(HasSubstr("B has 1 cell that is not finite")));
  EXPECT_THAT(report.suspect, Contains(HasSubstr("B has 1 of 4 events without energy")));
  EXPECT_THAT(row_of(report, "sampling fraction").suspect,
              Contains(HasSubstr("only 2 events in every bin")));
  EXPECT_THAT(row_of(report, "total energy, B/A - 1").suspect,
              Contains(HasSubstr("100 GeV: mean primary energies of 100.5 and 104.2 GeV")));
  EXPECT_THAT(row_of(report, "M1z").suspect, Contains(HasSubstr("1 value is undefined")));
  EXPECT_THAT(row_of(report, "FPD").suspect, Contains(HasSubstr("needs 100 events")));
  EXPECT_TRUE(std::isnan(row_of(report, "FPD").difference[0]));
}

/// A dead network must give a report, not an error: distances of shapes are then undefined.
TEST(ShowerReport, ADeadOutputIsReported) {
  ShowerSample dead(physics_extents, physics_events);
  dead.add(std::vector<float>(physics_events * cell_count(physics_extents), 0.0F),
           testing::physics_energies(), testing::physics_thetas());
  const ShowerReport report = shower_report(physics_sample(1), dead, {.paired = true});
  EXPECT_EQ(row_of(report, "total energy, B/A - 1").difference[0], -1.0);
  EXPECT_TRUE(std::isnan(row_of(report, "M1x").difference[0]));
  EXPECT_TRUE(std::isnan(row_of(report, "separation of cell energies").difference[0]));
  // Events of A below half of its mean fall into the same bin as dead ones.
  EXPECT_GT(row_of(report, "separation of the response").difference[0], 0.5);
}

TEST(ShowerReport, QuantitiesOfADiscriminatorAreCompared) {
  ShowerSample a = physics_sample(1);
  ShowerSample b = physics_sample(5000);
  std::vector<double> real;
  std::vector<double> fake;
  for (std::size_t event = 0; event < physics_events; ++event) {
    real.push_back(0.9 + 0.001 * static_cast<double>(event % 10));
    fake.push_back(0.2 + 0.001 * static_cast<double>(event % 10));
  }
  a.add_quantity("real", real);
  b.add_quantity("real", fake);
  const ShowerReport report = shower_report(a, b, {.paired = true});
  EXPECT_NEAR(row_of(report, "real").difference[0], -0.7, 1e-15);
  EXPECT_NEAR(row_of(report, "spread of real").difference[0], 0.0, 1e-15);
  EXPECT_NEAR(row_of(report, "KS distance of real").difference[0], 1.0, 1e-14);
  EXPECT_NEAR(row_of(report, "W1 of real").difference[0], 0.7, 1e-14);
}

}  // namespace
}  // namespace caloquant
