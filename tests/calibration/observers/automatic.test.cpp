#include "calibration/observers/automatic.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "ops/core/qmath.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

std::vector<RangeCandidate> candidates_of(const std::vector<float>& values,
                                          const ObserverOptions& options = {}) {
  AutomaticObserver observer("t", options);
  observer.observe(values);
  return observer.candidates();
}

const RangeCandidate& candidate(const std::vector<RangeCandidate>& all, RangeAlgorithm algorithm) {
  return *std::find_if(all.begin(), all.end(),
                       [&](const RangeCandidate& one) { return one.algorithm == algorithm; });
}

TEST(BestCandidate, HasTheSmallestSumOfNoiseAndEnergy) {
  const std::vector<RangeCandidate> all{{RangeAlgorithm::minmax, {}, {0.010, 0.000}},
                                        {RangeAlgorithm::kl, {}, {0.001, 0.010}},
                                        {RangeAlgorithm::mse, {}, {0.005, 0.005}}};
  EXPECT_EQ(best_candidate(all).algorithm, RangeAlgorithm::minmax);  // the first of equals
  const std::vector<RangeCandidate> later{all[1], all[2]};
  EXPECT_EQ(best_candidate(later).algorithm, RangeAlgorithm::mse);
}

/// Values that fill their range have nothing to clip, or less than a step.
TEST(AutomaticObserver, KeepsAUniformDistribution) {
  std::vector<float> values;
  for (int i = 1; i <= 20'000; ++i) {
    values.push_back(static_cast<float>(i) / 20'000.0F);
  }
  const auto all = candidates_of(values);
  EXPECT_EQ(all.size(), all_range_algorithms().size() - 1);
  const RangeCandidate& best = best_candidate(all);
  EXPECT_GT(best.range.high, 1.0F - 1.0F / 255.0F);
  EXPECT_LT(best.error.noise, 1.1 / 12.0 / 255.0 / 255.0 * 12.0);  // step^2 / 12 over 1 / 12
}

/// One wild cell in a million small ones: min-max leaves them one level, and 99.99 % is right.
TEST(AutomaticObserver, ClipsALoneOutlier) {
  std::vector<float> values;
  for (int i = 0; i < 1'000'000; ++i) {
    values.push_back(static_cast<float>(i % 1000) / 1000.0F);
  }
  values.push_back(200.0F);
  const RangeCandidate best = best_candidate(candidates_of(values));
  EXPECT_NE(best.algorithm, RangeAlgorithm::minmax);
  EXPECT_LT(best.range.high, 100.0F);
}

/// Showers: in 1000 cells one of the core, with two thirds of the energy. ACIQ clips it, and
/// would spoil the energy response; the choice keeps it.
TEST(AutomaticObserver, KeepsAShowerCore) {
  std::vector<float> values;
  for (int i = 0; i < 100'000; ++i) {
    const double p = (i + 0.5) / 100'000.0;
    values.push_back(static_cast<float>(-0.1 * std::log(p)));
  }
  for (int i = 0; i < 100; ++i) {
    values.push_back(150.0F + static_cast<float>(i));
  }
  const auto all = candidates_of(values);
  EXPECT_LT(candidate(all, RangeAlgorithm::aciq).range.high, 100.0F);
  EXPECT_GT(candidate(all, RangeAlgorithm::aciq).error.energy, 0.01);
  const RangeCandidate best = best_candidate(all);
  EXPECT_GT(best.range.high, 0.95F * 249.0F);
  EXPECT_LT(best.error.energy, candidate(all, RangeAlgorithm::aciq).error.energy);
}

/// What is clamped by the type is an error of the range's code: a scaled u8 loses what is negative
/// whatever the range.
TEST(AutomaticObserver, MeasuresTheCodeItIsGiven) {
  std::vector<float> values;
  for (int i = -500; i <= 500; ++i) {
    values.push_back(static_cast<float>(i) / 100.0F);
  }
  const auto scaled = [](const Range& range) { return scaled_u8(range.high); };
  const double clamped = best_candidate(candidates_of(values, {{}, scaled})).error.noise;
  EXPECT_GT(clamped, 0.4);
  EXPECT_LT(best_candidate(candidates_of(values)).error.noise, 1e-4);
}

using AutomaticProperty = testing::PropertyTest;

/// One stream for all candidates: each is what its own observer gives, and the choice is the
/// smallest of their errors.
TEST_F(AutomaticProperty, CandidatesAreThoseOfTheirObservers) {
  ObserverOptions options;
  options.ranges = {1.25, 0.5, 99.0, AciqPrior::gauss};
  AutomaticObserver automatic("t", options);
  std::vector<std::unique_ptr<Observer>> others;
  for (const RangeAlgorithm algorithm : all_range_algorithms()) {
    others.push_back(make_observer(algorithm, "t", options));
  }
  std::normal_distribution<float> normal(testing::uniform(random, -1.0F, 1.0F), 1.0F);
  for (int batch = 0; batch < 4; ++batch) {
    std::vector<float> values(static_cast<std::size_t>(testing::uniform_int(random, 1, 500)) * 4);
    for (float& value : values) {
      value = normal(random) * (testing::uniform_int(random, 0, 199) == 0 ? 15.0F : 1.0F);
    }
    automatic.observe(values, 4);
    for (const auto& other : others) {
      other->observe(values, 4);
    }
  }
  const auto candidates = automatic.candidates();
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    EXPECT_EQ(candidates[i].algorithm, all_range_algorithms()[i]);
    EXPECT_EQ(candidates[i].range, others[i]->range()) << name_of(candidates[i].algorithm);
    EXPECT_LE(best_candidate(candidates).error.total(), candidates[i].error.total());
  }
  EXPECT_EQ(automatic.range(), best_candidate(candidates).range);
  EXPECT_EQ(others.back()->range(), automatic.range());
}

}  // namespace
}  // namespace caloquant
