// The example of metrics/ADDING_A_METRIC.md: the page shows what lies between the markers.

#include <gtest/gtest.h>

#include <array>
#include <vector>

// [metric]
#include <cmath>

#include "metrics/tensor/squares.hpp"
#include "ops/core/check.hpp"

namespace caloquant {
namespace {

constexpr TensorMetric mean_abs_metric{100};  // in the product: TensorMetric::mean_abs

/// Terms of one event: sum of abs(test - reference), nothing, elements.
EventTerms absolutes(std::span<const float> test, std::span<const float> reference,
                     const ClassLayout& /*classes*/) {
  CALOQUANT_EXPECT(test.size() == reference.size());
  double sum = 0.0;
  for (std::size_t i = 0; i < test.size(); ++i) {
    sum += std::fabs(static_cast<double>(test[i]) - static_cast<double>(reference[i]));
  }
  return {sum, 0.0, static_cast<double>(test.size())};
}

double mean_abs_value(std::span<const EventTerms> events, std::size_t skip_first,
                      std::size_t skip_last) {
  const EventTerms sum = sum_of_events(events, skip_first, skip_last);
  return sum[0] / sum[2];
}

double mean_abs_error(double mean_abs) {
  return mean_abs;
}

}  // namespace

const MetricFormula& example_formula() {
  static constexpr MetricFormula formula{mean_abs_metric, absolutes,      sum_of_terms,
                                         mean_abs_value,  mean_abs_error, true};
  return formula;
}

}  // namespace caloquant
// [/metric]

namespace caloquant {
namespace {

// [test]
/// Two events of two outputs each: (1 + 0) and (2 + 3), over four elements.
TEST(MeanAbs, ByHand) {
  const MetricFormula& formula = example_formula();
  const std::vector<float> zero{0.0F};
  const auto terms = [&](float first, float second) {
    return formula.join(formula.compare(std::vector{first}, zero, {}),
                        formula.compare(std::vector{second}, zero, {}));
  };
  const std::array events{terms(1.0F, 0.0F), terms(-2.0F, 3.0F)};
  EXPECT_EQ(formula.value(events, 0, 0), 1.5);
  EXPECT_EQ(formula.value(events, 0, 1), 2.5);  // without the first event
  EXPECT_EQ(formula.error(1.5), 1.5);
}
// [/test]

}  // namespace
}  // namespace caloquant
