#include "metrics/physics/correlation.hpp"

#include <cmath>

#include "tests/metrics/physics/physics_goldens.hpp"
#include "tests/metrics/physics/physics_sample.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

/// Columns (1, 2, 3), (2, 4, 6) and (3, 0, 3): correlations 1 and 0.
TEST(Correlation, ByHand) {
  const FeatureRows rows{3, {1, 2, 3, 2, 4, 0, 3, 6, 3}};
  const auto matrix = correlation_matrix(rows);
  EXPECT_NEAR(matrix[1], 1.0, 4 * 1.2e-16);
  EXPECT_NEAR(matrix[2], 0.0, 4 * 1.2e-16);
  EXPECT_NEAR(matrix[8], 1.0, 4 * 1.2e-16);
}

TEST(Correlation, ScoreByHand) {
  const std::vector<double> a{1, 0.5, 0, 0.5, 1, 0, 0, 0, 1};
  const std::vector<double> b{1, -0.5, 0, -0.5, 1, 0.5, 0, 0.5, 1};
  const CorrelationScore score = correlation_score(a, b, 3);
  EXPECT_DOUBLE_EQ(score.value, 1.25 / 3.0);
  EXPECT_EQ(score.pairs, 3U);
  EXPECT_EQ(correlation_score(a, a, 3).value, 0.0);
}

TEST(Correlation, ConstantFeaturesAreLeftOut) {
  const FeatureRows rows{2, {0.1, 5, 0.1, 6, 0.1, 8}};
  const auto matrix = correlation_matrix(rows);
  EXPECT_TRUE(std::isnan(matrix[0]) && std::isnan(matrix[1]));
  const CorrelationScore score = correlation_score(matrix, matrix, 2);
  EXPECT_TRUE(std::isnan(score.value));
  EXPECT_EQ(score.undefined_pairs, 1U);
}

/// 60 products per sum over correlations of order 0.1 to 1.
TEST(Correlation, EqualsNumpy) {
  const auto a = correlation_matrix(testing::physics_features(1, 60));
  const auto b = correlation_matrix(testing::physics_features(5000, 60));
  EXPECT_NEAR(a[8 * 11 + 6], testing::golden_correlation, 1e-13);
  EXPECT_NEAR(correlation_score(a, b, 11).value, testing::golden_correlation_score, 1e-13);
}

}  // namespace
}  // namespace caloquant
