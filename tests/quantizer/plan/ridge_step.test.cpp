#include "quantizer/plan/ridge_step.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/support.hpp"

namespace caloquant {
namespace {

/// Sums of four folds and three observables, two parameters.
struct RidgeStepTest : testing::PropertyTest {
  static constexpr std::size_t folds = 4;
  static constexpr std::size_t observables = 3;
  std::vector<double> reference = std::vector<double>(folds * observables, 100.0);
  std::vector<double> weights{200.0, 30.0, 30.0};
  std::vector<double> base = reference;
  std::vector<double> probed1 = reference;
  std::vector<double> probed2 = reference;

  [[nodiscard]] LinearFit fit() const {
    return {folds, reference, base, {probed1, probed2}, {0.01, 0.5}, weights};
  }
};

// base = reference + 2 a - 3 b, with probes that show a and b.
TEST_F(RidgeStepTest, SolvesWhatIsLinear) {
  const std::vector<double> a{1.0, 2.0, 0.5};
  const std::vector<double> b{0.2, -1.0, 1.0};
  for (std::size_t i = 0; i < base.size(); ++i) {
    const std::size_t k = i % observables;
    base[i] = reference[i] + 2.0 * a[k] - 3.0 * b[k];
    probed1[i] = base[i] + 0.01 * a[k];
    probed2[i] = base[i] + 0.5 * b[k];
  }
  const std::vector<double> step = ridge_step(fit());
  ASSERT_EQ(step.size(), 2U);
  EXPECT_NEAR(step[0], -2.0, 1e-4);
  EXPECT_NEAR(step[1], 3.0, 1e-4);
  // (2 * 1.0 - 3 * 0.2) / 100 * 200, and so on.
  EXPECT_NEAR(objective_of(base, fit()), 2.8 * 2.8 + 2.1 * 2.1 + 0.6 * 0.6, 1e-9);
  EXPECT_EQ(objective_of(reference, fit()), 0.0);
}

// Deviations that one fold has and the next one has not are noise.
TEST_F(RidgeStepTest, LeavesNoise) {
  for (std::size_t i = 0; i < base.size(); ++i) {
    base[i] = reference[i] + (i / observables % 2 == 0 ? 1.0 : -1.0);
    probed1[i] = base[i] + 0.01 * (i % observables == 0 ? 1.0 : 0.5);
    probed2[i] = base[i];  // changes nothing
  }
  EXPECT_THAT(ridge_step(fit()), ::testing::ElementsAre(0.0, 0.0));
}

TEST_F(RidgeStepTest, LeavesAParameterThatChangesNothing) {
  for (std::size_t i = 0; i < base.size(); ++i) {
    base[i] = reference[i] + 1.0;
    probed1[i] = base[i] + 0.01;
    probed2[i] = base[i];
  }
  const std::vector<double> step = ridge_step(fit());
  EXPECT_NEAR(step[0], -1.0, 1e-4);
  EXPECT_EQ(step[1], 0.0);
}

TEST_F(RidgeStepTest, IgnoresWhatTheReferenceDoesNotHave) {
  for (std::size_t fold = 0; fold < folds; ++fold) {
    reference[fold * observables + 2] = 0.0;
  }
  for (std::size_t i = 0; i < base.size(); ++i) {
    base[i] = 101.0;
    probed1[i] = 101.01;
    probed2[i] = i % observables == 2 ? 102.0 : 101.0;
  }
  EXPECT_NEAR(objective_of(base, fit()), 2.0 * 2.0 + 0.3 * 0.3, 1e-9);
  EXPECT_NEAR(ridge_step(fit())[0], -1.0, 1e-4);
  EXPECT_EQ(ridge_step(fit())[1], 0.0);
}

}  // namespace
}  // namespace caloquant
