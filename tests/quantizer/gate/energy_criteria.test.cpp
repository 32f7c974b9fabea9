#include "quantizer/gate/energy_criteria.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace caloquant {
namespace {

const std::vector<EnergyResponse> recorded_bins{{"100 GeV", 0.98, 0.003, 0},
                                                {"200 GeV", 1.01, 0.004, 0}};

TEST(EnergyCriteria, ResponseOnlyWhereTheConfigLimitsIt) {
  AccuracyCriterion accuracy;
  accuracy.physics.energy_response.reset();
  EXPECT_TRUE(response_criteria(recorded_bins, accuracy).empty());
  accuracy.physics.energy_response = 0.005;
  const auto criteria = response_criteria(recorded_bins, accuracy);
  ASSERT_EQ(criteria.size(), 2U);
  EXPECT_EQ(criteria[0].name, "energy against fp32, 100 GeV");
  EXPECT_NEAR(criteria[0].value, -0.02, 1e-12);
  EXPECT_EQ(criteria[0].error, 0.003);
  EXPECT_EQ(criteria[0].limit, 0.005);
  EXPECT_EQ(criteria[0].bound, Bound::within);
}

TEST(EnergyCriteria, RecordedBinsAreAveragedByTheirErrors) {
  const std::vector<EnergyResponse> now{{"100 GeV", 0.99, 0.004, 8}, {"200 GeV", 1.04, 0.003, 8}};
  const auto criterion = recorded_drift(now, recorded_bins, 0.005);
  ASSERT_TRUE(criterion);
  EXPECT_NEAR(criterion->value, 0.02, 1e-12);  // both variances are 0.005^2
  EXPECT_NEAR(*criterion->error, 0.005 / std::sqrt(2.0), 1e-12);
}

TEST(EnergyCriteria, OtherBinsAreNotCompared) {
  EXPECT_FALSE(recorded_drift({}, {}, 0.005));
  EXPECT_FALSE(recorded_drift(recorded_bins, std::span(recorded_bins).first(1), 0.005));
  const std::vector<EnergyResponse> other{{"100 GeV", 1, 0.1, 8}, {"300 GeV", 1, 0.1, 8}};
  EXPECT_FALSE(recorded_drift(recorded_bins, other, 0.005));
  const std::vector<EnergyResponse> exact{{"100 GeV", 1, 0, 8}, {"200 GeV", 1, 0, 8}};
  EXPECT_FALSE(recorded_drift(exact, exact, 0.005));
}

}  // namespace
}  // namespace caloquant
