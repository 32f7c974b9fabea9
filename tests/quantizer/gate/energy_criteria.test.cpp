#include "quantizer/gate/energy_criteria.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "quantizer/gate/rule.hpp"

namespace caloquant {
namespace {

const std::vector<EnergyResponse> recorded_bins{{"100 GeV", 0.98, 0.003, 0},
                                                {"200 GeV", 1.01, 0.004, 0}};

constexpr Look gate_look{100, 0.05, 0.05};

TEST(EnergyCriteria, DriftsHaveBoundsAndShareTheChanceOfAFailure) {
  const std::vector<EnergyResponse> bins{{"100 GeV", 0.98, 0.003, 20},
                                         {"200 GeV", 1.001, 0.001, 20}};
  const auto criteria = drift_criteria(bins, 0.005, gate_look);
  ASSERT_EQ(criteria.size(), 2U);
  EXPECT_EQ(criteria[0].name, "energy drift, 100 GeV");
  EXPECT_NEAR(criteria[0].value, -0.02, 1e-12);
  EXPECT_EQ(criteria[0].error, 0.003);
  EXPECT_EQ(criteria[0].limit, 0.005);
  EXPECT_EQ(criteria[0].bound, Bound::within);
  // scipy.stats.t.isf(0.05, 19), and isf(0.025, 19): two bins.
  EXPECT_NEAR(*criteria[0].upper, 0.02 + 0.003 * 1.729133, 1e-7);
  EXPECT_NEAR(*criteria[0].lower, 0.02 - 0.003 * 2.093024, 1e-7);
  EXPECT_EQ(decided(criteria[0]).verdict, Verdict::failed);
  EXPECT_EQ(decided(criteria[1]).verdict, Verdict::passed);
}

TEST(EnergyCriteria, OneEventTellsNothing) {
  const std::vector<EnergyResponse> one{
      {"100 GeV", 1.0, std::numeric_limits<double>::quiet_NaN(), 1}};
  EXPECT_EQ(decided(drift_criteria(one, 0.005, gate_look)[0]).verdict, Verdict::undecided);
}

TEST(EnergyCriteria, WhatWasRecordedToTheLastDigitIsTheSame) {
  const auto same = recorded_drift(recorded_bins, recorded_bins, 0.0, gate_look);
  ASSERT_TRUE(same);
  EXPECT_EQ(same->value, 0.0);
  EXPECT_EQ(decided(*same).verdict, Verdict::passed);
}

TEST(EnergyCriteria, RecordedBinsAreAveragedByTheirErrors) {
  const std::vector<EnergyResponse> now{{"100 GeV", 0.99, 0.004, 8}, {"200 GeV", 1.04, 0.003, 8}};
  const auto criterion = recorded_drift(now, recorded_bins, 0.005, gate_look);
  ASSERT_TRUE(criterion);
  EXPECT_NEAR(criterion->value, 0.02, 1e-12);  // both variances are 0.005^2
  EXPECT_NEAR(*criterion->error, 0.005 / std::sqrt(2.0), 1e-12);
}

TEST(EnergyCriteria, OtherBinsAreNotCompared) {
  EXPECT_FALSE(recorded_drift({}, {}, 0.005, gate_look));
  EXPECT_FALSE(recorded_drift(recorded_bins, std::span(recorded_bins).first(1), 0.005, gate_look));
  const std::vector<EnergyResponse> other{{"100 GeV", 1, 0.1, 8}, {"300 GeV", 1, 0.1, 8}};
  EXPECT_FALSE(recorded_drift(recorded_bins, other, 0.005, gate_look));
  const std::vector<EnergyResponse> exact{{"100 GeV", 1, 0, 8}, {"200 GeV", 1, 0, 8}};
  EXPECT_FALSE(recorded_drift(exact, exact, 0.005, gate_look));
}

}  // namespace
}  // namespace caloquant
