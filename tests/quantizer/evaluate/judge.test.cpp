#include "quantizer/evaluate/judge.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>

#include "metrics/core/quantiles.hpp"
#include "metrics/physics/energy_bins.hpp"

namespace caloquant {
namespace {

constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();
constexpr double inf_value = std::numeric_limits<double>::infinity();

Measure measure_of(double value, double limit, double lower, double upper, bool one_sided = false) {
  Measure measure{"one", value, limit, 0.0, lower, upper};
  measure.one_sided = one_sided;
  return measure;
}

TEST(MeasureVerdict, ByItsBounds) {
  EXPECT_EQ(measure_of(-0.004, 0.005, 0.003, 0.005).verdict(), Verdict::passed);
  EXPECT_EQ(measure_of(-0.004, 0.005, 0.003, 0.0051).verdict(), Verdict::undecided);
  EXPECT_EQ(measure_of(-0.024, 0.005, 0.0051, 0.05).verdict(), Verdict::failed);
  EXPECT_EQ(measure_of(-0.024, 0.005, 0.004, 0.05).verdict(), Verdict::undecided);
  // Without bounds the value without its sign decides; of a loss only what is above.
  EXPECT_EQ(measure_of(-0.024, 0.005, nan_value, nan_value).verdict(), Verdict::failed);
  EXPECT_EQ(measure_of(-0.024, 0.005, nan_value, nan_value, true).verdict(), Verdict::passed);
  EXPECT_EQ(measure_of(0.005, 0.005, nan_value, nan_value).verdict(), Verdict::passed);
}

TEST(MeasureVerdict, WhatIsNoNumberFails) {
  for (const double value : {nan_value, inf_value, -inf_value}) {
    EXPECT_EQ(measure_of(value, 1.0, 0.0, 0.0).verdict(), Verdict::failed);
  }
  EXPECT_EQ(measure_of(0.0, nan_value, 0.0, 0.0).verdict(), Verdict::failed);
}

TEST(MeasureVerdict, TheWorstOfAll) {
  const Measure passed = measure_of(0.0, 1.0, 0.0, 0.5);
  const Measure undecided = measure_of(0.0, 1.0, 0.0, 1.5);
  const Measure failed = measure_of(2.0, 1.0, 1.5, 2.5);
  EXPECT_EQ(verdict_of(std::vector{passed, passed}), Verdict::passed);
  EXPECT_EQ(verdict_of(std::vector{undecided, passed}), Verdict::undecided);
  EXPECT_EQ(verdict_of(std::vector{undecided, failed, passed}), Verdict::failed);
}

TEST(GrowingLooks, SharesSumToTheChanceOfAnError) {
  for (const std::size_t most : {2U, 64U, 65U, 1000U, 4096U}) {
    for (const std::size_t also : {0U, 200U, 5000U}) {
      const std::vector<Look> looks = growing_looks(most, also, 0.95);
      double pass = 0.0;
      double failure = 0.0;
      for (std::size_t i = 0; i < looks.size(); ++i) {
        pass += looks[i].of_pass;
        failure += looks[i].of_failure;
        EXPECT_TRUE(i == 0 || looks[i - 1].events < looks[i].events);
        EXPECT_TRUE(i == 0 || looks[i].of_pass > looks[i - 1].of_pass);
      }
      EXPECT_NEAR(pass, 0.05, 1e-15) << most;
      EXPECT_NEAR(failure, 0.05, 1e-15) << most;
      EXPECT_EQ(looks.back().events, most);
    }
  }
  std::vector<std::size_t> sizes;
  for (const Look& look : growing_looks(600, 200, 0.95)) {
    sizes.push_back(look.events);
  }
  EXPECT_EQ(sizes, (std::vector<std::size_t>{64, 128, 200, 256, 512, 600}));
}

TEST(OnlyLookAtAll, ByConfidenceOrByTheMeasuredValue) {
  AccuracyCriterion accuracy;
  EXPECT_NEAR(only_look(100, accuracy).of_pass, 0.05, 1e-15);
  accuracy.criteria = Criteria::loss_only;
  EXPECT_EQ(only_look(100, accuracy).of_pass, 0.5);
}

LossResult loss_with(double value, std::optional<double> error) {
  LossResult loss;
  loss.value = value;
  loss.standard_error = error;
  return loss;
}

double same_error(double value) {
  return value;
}

TEST(LossMeasure, BoundsOfALossAreThoseOfItsLogarithm) {
  const Measure measure =
      loss_measure(loss_with(2.0, 0.4), {{}, 3.0}, {100, 0.05, 0.01}, same_error);
  EXPECT_EQ(measure.value, 2.0);
  EXPECT_EQ(measure.limit, 3.0);
  EXPECT_NEAR(measure.upper, 2.0 * std::exp(0.2 * normal_quantile(0.05)), 1e-12);
  EXPECT_NEAR(measure.lower, 2.0 * std::exp(-0.2 * normal_quantile(0.01)), 1e-12);
  EXPECT_EQ(measure.verdict(), Verdict::passed);
}

TEST(LossMeasure, BlocksGiveTheDegreesOfFreedom) {
  LossResult loss = loss_with(2.0, 0.4);
  loss.without_block = {{1.0, 2.0, 3.0, 2.0}};
  const Measure measure = loss_measure(loss, {{}, 3.0}, {100, 0.05, 0.05}, same_error);
  EXPECT_NEAR(measure.upper, 2.0 * std::exp(0.2 * student_quantile(0.05, 3.0)), 1e-9);
  EXPECT_EQ(measure.verdict(), Verdict::undecided);
}

TEST(LossMeasure, WithLossOnlyTheValueDecides) {
  const Measure measure = loss_measure(loss_with(2.0, 0.4), {{}, 2.01}, {100}, same_error);
  EXPECT_TRUE(std::isnan(measure.upper) && std::isnan(measure.lower));
  EXPECT_EQ(measure.verdict(), Verdict::passed);
}

TEST(LossMeasure, HigherIsBetterIsTurnedRound) {
  Target target;
  target.accuracy.higher_is_better = true;
  target.loss = 30.0;
  const auto error_of = [](double value) { return -value; };
  const auto verdict = [&](double value) {
    return loss_measure(loss_with(value, 1.0), target, {100, 0.05, 0.05}, error_of).verdict();
  };
  EXPECT_EQ(verdict(32.0), Verdict::passed);
  EXPECT_EQ(verdict(31.0), Verdict::undecided);
  EXPECT_EQ(verdict(29.0), Verdict::undecided);
  EXPECT_EQ(verdict(28.0), Verdict::failed);
}

TEST(LossDifference, IsTwoSided) {
  Target target;
  target.loss = 1.2;
  target.baseline = loss_with(1.0, 0.1);
  target.baseline->without_block = {{0.9, 1.0, 1.1}};
  const auto verdict = [&](double by) {
    LossResult loss = loss_with(1.0 + by, 0.1);
    loss.without_block = {{0.9 + by, 1.0 + by, 1.1 + by}};  // the noise cancels
    return loss_difference(loss, target, {100, 0.05, 0.05})->verdict();
  };
  EXPECT_EQ(verdict(0.1), Verdict::passed);
  EXPECT_EQ(verdict(0.3), Verdict::failed);
  EXPECT_EQ(verdict(-0.3), Verdict::failed);  // nearer to the data than fp32: another model
  EXPECT_FALSE(loss_difference(loss_with(1.0, 0.1), {{}, 1.2}, {100, 0.05, 0.05}));
}

/// Two samples of 3 x 3 x 3 cells; `change` alters the images of the model.
class PhysicsMeasures : public ::testing::Test {
 protected:
  template <typename Change>
  std::vector<Measure> measures(std::vector<double> energies, Change&& change,
                                const PhysicsCriteria& limits = {}) const {
    constexpr std::size_t cells = 27;
    std::vector<float> images;
    for (std::size_t event = 0; event < energies.size(); ++event) {
      for (std::size_t cell = 0; cell < cells; ++cell) {
        images.push_back(static_cast<float>(energies[event]) * 1e-3F *
                         static_cast<float>(1 + (cell * 7 + event * 5) % 11));
      }
    }
    CriteriaSample reference({3, 3, 3}, {}, limits.hit_threshold);
    reference.add(images, 1);
    change(images);
    CriteriaSample model({3, 3, 3}, {}, limits.hit_threshold);
    model.add(images, 1);
    const std::vector<double> thetas(energies.size(), 1.5);
    const std::vector<EnergyBin> bins = energy_bins(energies, energies);
    const CriteriaPair pair(model, reference, energies.size(), energies, thetas, bins);
    return physics_measures(pair, limits, {energies.size(), 0.05, 0.05}, 1);
  }

  static std::vector<double> two_energies(std::size_t each) {
    std::vector<double> energies(each, 100.0);
    energies.resize(2 * each, 300.0);
    return energies;
  }
};

TEST_F(PhysicsMeasures, EqualModelsAreEqualForCertain) {
  const auto equal = measures(two_energies(10), [](std::vector<float>&) {});
  ASSERT_EQ(equal.size(), 6U);  // two bins, three axes, hits
  for (const Measure& measure : equal) {
    EXPECT_EQ(measure.value, 0.0) << measure.name;
    EXPECT_EQ(measure.upper, 0.0) << measure.name;
    EXPECT_TRUE(measure.met()) << measure.name;
  }
  EXPECT_EQ(equal[0].name, "energy response at 100 GeV");
  EXPECT_EQ(equal[2].name, "x profile");
  EXPECT_EQ(equal.back().name, "hits > 0.0003 GeV");
}

TEST_F(PhysicsMeasures, AnErrorThatIsNotKnownNeverPasses) {
  // One event, and equal models at that: nothing is known of the error.
  for (const Measure& measure : measures({100.0}, [](std::vector<float>&) {})) {
    EXPECT_EQ(measure.verdict(), Verdict::undecided) << measure.name;
    EXPECT_EQ(measure.upper, inf_value) << measure.name;
  }
  PhysicsCriteria limits;
  limits.fpd = 1.0;
  const auto few = measures(
      two_energies(4), [](std::vector<float>&) {}, limits);
  EXPECT_EQ(few.back().name, "FPD");
  EXPECT_EQ(few.back().verdict(), Verdict::undecided);
}

TEST_F(PhysicsMeasures, WhatIsNoNumberFails) {
  const auto dead = measures({0.0, 0.0, 0.0}, [](std::vector<float>& images) { images[0] = 1.0F; });
  EXPECT_EQ(verdict_of(dead), Verdict::failed);
}

// Such cells count as 0, which may be near enough for every criterion.
TEST_F(PhysicsMeasures, OneCellThatIsNotFiniteFails) {
  const auto broken = measures(two_energies(10), [](std::vector<float>& images) {
    images[1] = std::numeric_limits<float>::quiet_NaN();
  });
  EXPECT_EQ(broken.back().name, "cells that are not finite");
  EXPECT_EQ(broken.back().verdict(), Verdict::failed);
}

// A small bin may have no event among the first 64.
TEST_F(PhysicsMeasures, ABinWithoutEventsIsOpen) {
  CriteriaSample sample({3, 3, 3}, {}, 3e-4);
  for (const float cell : {0.01F, 0.02F, 0.03F, 0.05F}) {
    sample.add(std::vector<float>(27, cell), 1);
  }
  const std::vector<double> energies(4, 100.0);
  const std::vector<EnergyBin> bins{{95.0, 105.0, "100 GeV"}, {195.0, 205.0, "200 GeV"}};
  const CriteriaPair pair(sample, sample, 4, energies, energies, bins);
  PhysicsCriteria limits;
  limits.resolution = 0.1;
  for (const Measure& measure : physics_measures(pair, limits, {4, 0.05, 0.05}, 1)) {
    const bool empty = measure.name.find("200 GeV") != std::string::npos;
    EXPECT_EQ(measure.verdict(), empty ? Verdict::undecided : Verdict::passed) << measure.name;
  }
}

TEST_F(PhysicsMeasures, ADeadReferenceIsNoYardstick) {
  const auto dead = measures({0.0, 0.0, 0.0}, [](std::vector<float>&) {});
  EXPECT_EQ(verdict_of(dead), Verdict::failed);
}

TEST_F(PhysicsMeasures, ASmallScaleOfOneBinIsThatBinsFailure) {
  const auto scaled = measures(two_energies(10), [](std::vector<float>& images) {
    for (std::size_t cell = images.size() / 2; cell < images.size(); ++cell) {
      images[cell] *= 0.99F;
    }
  });
  EXPECT_EQ(scaled[0].verdict(), Verdict::passed);
  EXPECT_EQ(scaled[1].verdict(), Verdict::failed);
  EXPECT_NEAR(scaled[1].value, -0.01, 1e-6);
}

TEST_F(PhysicsMeasures, OnlyWhatHasALimitIsAsked) {
  PhysicsCriteria none;
  none.energy_response.reset();
  none.profile_error.reset();
  none.hits.reset();
  EXPECT_TRUE(measures(
                  two_energies(4), [](std::vector<float>&) {}, none)
                  .empty());
  none.resolution = 0.1;
  EXPECT_EQ(measures(
                two_energies(4), [](std::vector<float>&) {}, none)
                .size(),
            2U);
}

}  // namespace
}  // namespace caloquant
