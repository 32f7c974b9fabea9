#include "metrics/tensor/tensor_loss.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>

#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

using Rows = std::vector<std::vector<float>>;

/// One output; row i of `test` belongs to row i of `reference`.
LossResult loss_of(TensorMetric metric, const Rows& test, const Rows& reference,
                   ClassLayout layout = {}) {
  TensorLoss loss(metric, {layout}, test.size());
  for (std::size_t i = 0; i < test.size(); ++i) {
    const std::span<const float> found = test[i];
    const std::span<const float> wanted = reference[i];
    loss.add(i, {&found, 1}, {&wanted, 1});
  }
  return loss.result(test.size());
}

const Rows reference{{1, 2, 2}, {0, -4, 3}};
const Rows test{{1, 2, 4}, {0, -4, 2}};

TEST(TensorLoss, MeanSquaredErrorByHand) {
  const LossResult loss = loss_of(TensorMetric::mse, test, reference);
  EXPECT_DOUBLE_EQ(loss.value, 5.0 / 6.0);
  EXPECT_DOUBLE_EQ(loss.error, loss.value);
  EXPECT_DOUBLE_EQ(loss.dead_output, 34.0 / 6.0);
  EXPECT_DOUBLE_EQ(loss.relative_to_dead, 5.0 / 34.0);
  // Jackknife of two events: the values without one of them are 1/3 and 4/3.
  EXPECT_NEAR(*loss.standard_error, 0.5, 1e-12);
}

TEST(TensorLoss, SignalToNoiseByHand) {
  const LossResult loss = loss_of(TensorMetric::sqnr, test, reference);
  EXPECT_NEAR(loss.value, 10.0 * std::log10(34.0 / 5.0), 1e-12);
  EXPECT_NEAR(loss.error, 5.0 / 34.0, 1e-12);
  EXPECT_EQ(loss.dead_output, 0.0);
  EXPECT_EQ(loss_of(TensorMetric::sqnr, reference, reference).value, 150.0);
}

TEST(TensorLoss, CosineByHand) {
  const LossResult loss = loss_of(TensorMetric::cosine, test, reference);
  const double first = 13.0 / std::sqrt(9.0 * 21.0);
  const double second = 22.0 / std::sqrt(25.0 * 20.0);
  EXPECT_NEAR(loss.value, 0.5 * (first + second), 1e-12);
  EXPECT_NEAR(loss_of(TensorMetric::cosine, reference, reference).value, 1.0, 1e-15);
  EXPECT_EQ(loss_of(TensorMetric::cosine, {{0, 0}, {1, 0}}, {{0, 0}, {0, 0}}).value, 0.5);
}

TEST(TensorLoss, LargestDifferenceByHand) {
  const LossResult loss = loss_of(TensorMetric::max_abs, test, reference);
  EXPECT_EQ(loss.value, 2.0);
  EXPECT_EQ(loss.dead_output, 4.0);
  EXPECT_FALSE(loss.standard_error.has_value());
}

// [outer 2, classes 3, inner 1] and [outer 1, classes 3, inner 2].
TEST(TensorLoss, ClassesAlongAnyAxis) {
  const Rows scores{{0, 5, 1, 3, 2, 1}};
  EXPECT_EQ(loss_of(TensorMetric::classification_top1, scores, {{1, 0}}, {2, 3, 1}).value, 1.0);
  EXPECT_EQ(loss_of(TensorMetric::classification_top1, scores, {{1, 2}}, {2, 3, 1}).value, 0.5);
  // Columns {0, 1, 2} and {5, 3, 1}: classes 2 and 0.
  EXPECT_EQ(loss_of(TensorMetric::classification_top1, scores, {{2, 0}}, {1, 3, 2}).value, 1.0);
  EXPECT_EQ(loss_of(TensorMetric::classification_top1, scores, scores, {1, 3, 2}).value, 1.0);
  const LossResult wrong = loss_of(TensorMetric::classification_top1, scores, {{0, 1}}, {1, 3, 2});
  EXPECT_EQ(wrong.value, 0.0);
  EXPECT_EQ(wrong.error, 1.0);
  EXPECT_EQ(wrong.dead_output, 0.5);  // zeros are class 0
}

TEST(TensorLoss, OutputsOfAnEventAddUp) {
  TensorLoss loss(TensorMetric::mse, {{}, {}}, 1);
  const std::vector<float> a{1, 1};
  const std::vector<float> b{3};
  const std::vector<float> zeros{0, 0};
  const std::vector<std::span<const float>> found{a, b};
  const std::vector<std::span<const float>> wanted{zeros, std::span(zeros).first(1)};
  loss.add(0, found, wanted);
  EXPECT_DOUBLE_EQ(loss.result(1).value, 11.0 / 3.0);
}

TEST(TensorLoss, WhatIsNotFiniteIsToldApart) {
  for (const TensorMetric metric : all_tensor_metrics()) {
    if (metric == TensorMetric::classification_top1) {
      continue;
    }
    const LossResult loss =
        loss_of(metric, {{1, std::numeric_limits<float>::infinity()}}, {{1, 2}});
    EXPECT_TRUE(std::isnan(loss.value)) << name_of(metric);
    EXPECT_THAT(loss.suspect, Contains(HasSubstr("not finite")));
  }
}

/// The jackknife of a mean is its standard error: s / sqrt(N) of blocks of one event.
class TensorLossError : public testing::PropertyTest {};
TEST_F(TensorLossError, IsThatOfTheMean) {
  Rows found;
  Rows wanted;
  double sum = 0.0;
  double squares = 0.0;
  for (int i = 0; i < 20; ++i) {
    const float off = testing::uniform(random, -1.0F, 1.0F);
    found.push_back({off});
    wanted.push_back({0.0F});
    const double square = static_cast<double>(off) * static_cast<double>(off);
    sum += square;
    squares += square * square;
  }
  const double variance = (squares - sum * sum / 20.0) / 19.0;
  const LossResult loss = loss_of(TensorMetric::mse, found, wanted);
  EXPECT_NEAR(*loss.standard_error, std::sqrt(variance / 20.0), 1e-12);
}

TEST(TensorMetric, NamesGoBothWays) {
  for (const TensorMetric metric : all_tensor_metrics()) {
    EXPECT_EQ(tensor_metric_from(name_of(metric)), metric);
    EXPECT_EQ(formula_of(metric).metric, metric);
  }
  EXPECT_FALSE(tensor_metric_from("shower_shape").has_value());
}

}  // namespace
}  // namespace caloquant
