// The observers against numpy and scipy on the values themselves (range_goldens.py).
#include "tests/calibration/observers/range_goldens.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <numeric>
#include <string_view>
#include <vector>

#include "calibration/observers/aciq.hpp"
#include "calibration/observers/moving_average.hpp"
#include "calibration/observers/observer.hpp"
#include "calibration/observers/percentile.hpp"
#include "ops/core/qmath.hpp"

namespace caloquant {
namespace {

using testing::RangeGolden;

constexpr std::size_t events = 20;
constexpr std::size_t per_event = 2500;

/// In (0, 1), as uniform() of range_goldens.py.
double uniform(std::uint64_t index) {
  const std::uint64_t mask = 0xFFFFFFFFU;
  std::uint64_t bits = (index * 2654435761U) & mask;
  bits = ((bits ^ (bits >> 15U)) * 2246822519U) & mask;
  return (static_cast<double>(bits >> 8U) + 0.5) / 16777216.0;
}

std::vector<float> values_of(std::string_view name) {
  std::vector<float> values(events * per_event);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double u = uniform(i + 1);
    const double v = uniform(i + 77777);
    const double tail = u / (1.0005 - u);
    double value = (u + uniform(i + 5) + uniform(i + 9) + v) * 2.0 - 3.75;
    if (name == "rectified") {
      value = v < 0.3 ? 0.0 : tail;
    } else if (name == "negative") {
      value = v < 0.9 ? 0.0 : -tail * tail;
    }
    values[i] = static_cast<float>(value);
  }
  return values;
}

class RangeGoldens : public ::testing::TestWithParam<RangeGolden> {
 protected:
  RangeGoldens() {
    distribution.add(values, extremes_of(values));
    width = distribution.width();
  }

  [[nodiscard]] Range range_of(RangeAlgorithm algorithm, const RangeOptions& ranges = {}) const {
    const auto observer = make_observer(algorithm, "t", {ranges, measured_code});
    observer->observe(values, events);
    return observer->range();
  }
  static void expect_near(const Range& range, const Range& expected, double tolerance) {
    EXPECT_NEAR(range.low, expected.low, tolerance);
    EXPECT_NEAR(range.high, expected.high, tolerance);
  }
  /// Of the values themselves, in the code of a range.
  [[nodiscard]] double squared_error_of(const Range& range) const {
    double sum = 0.0;
    for (const float value : values) {
      const QuantParams code = measured_code(range);
      const double error = static_cast<double>(dequantize(quantize(value, code), code) - value);
      sum += error * error;
    }
    return sum;
  }

  const RangeGolden golden = GetParam();
  const std::vector<float> values = values_of(golden.name);
  ValueDistribution distribution;
  double width = 0.0;
};

TEST_P(RangeGoldens, AreOfTheSameValues) {
  const double sum = std::accumulate(values.begin(), values.end(), 0.0);
  EXPECT_NEAR(sum, golden.sum, 1e-9 * std::abs(golden.sum));  // numpy adds pairwise
}

TEST_P(RangeGoldens, OfExtremesAndKlAreExact) {
  EXPECT_EQ(range_of(RangeAlgorithm::minmax), golden.minmax);
  EXPECT_EQ(range_of(RangeAlgorithm::kl), golden.kl);
}

TEST_P(RangeGoldens, OfMovingAverage) {
  RangeOptions options;
  options.averaging_constant = 0.25;
  const Range range = range_of(RangeAlgorithm::moving_average, options);
  EXPECT_FLOAT_EQ(range.low, golden.moving_average.low);
  EXPECT_FLOAT_EQ(range.high, golden.moving_average.high);
}

/// Never narrower, and wider by a bin at most.
TEST_P(RangeGoldens, OfPercentiles) {
  for (const auto& [percent, expected] :
       {std::pair{99.0, golden.percentile_99}, {99.99, golden.percentile_9999}}) {
    RangeOptions options;
    options.percentile = percent;
    const Range range = range_of(RangeAlgorithm::percentile, options);
    expect_near(range, expected, width);
    EXPECT_LE(range.low, expected.low);
    EXPECT_GE(range.high, expected.high);
  }
}

/// Every value is half a bin from what it is taken for at most, hence also the mean, the mean
/// deviation and (Minkowski) the standard deviation.
TEST_P(RangeGoldens, OfAciq) {
  for (const auto& [prior, expected] : {std::pair{AciqPrior::laplace, golden.laplace},
                                        {AciqPrior::gauss, golden.gauss},
                                        {AciqPrior::likelier, golden.likelier}}) {
    RangeOptions options;
    options.aciq = prior;
    expect_near(range_of(RangeAlgorithm::aciq, options), expected,
                (1.0 + aciq_laplace(9)) * 0.5 * width);
  }
}

/// |q(x) - x|, the distance to the nearest code, changes by less than x does: the root of the mean
/// squared error of all values differs by half a bin at most. It does so twice: for the range that
/// was found, and for the one that was not. A percent is for the grids.
TEST_P(RangeGoldens, OfSmallestSquaredError) {
  const auto count = static_cast<double>(distribution.nonzeros());
  EXPECT_LE(std::sqrt(squared_error_of(range_of(RangeAlgorithm::mse))),
            1.01 * std::sqrt(golden.smallest_squared_error) + std::sqrt(count) * width);
  EXPECT_LE(squared_error_of(range_of(RangeAlgorithm::mse)), squared_error_of(golden.minmax));
}

/// As above; in the sum a value near the middle of two codes counts as the other one: of values
/// that are dense there, a part width / step, each by a step.
TEST_P(RangeGoldens, OfLocalErrors) {
  const auto count = static_cast<double>(distribution.nonzeros());
  const auto all = static_cast<double>(values.size());
  double positive = 0.0;
  double square = 0.0;
  double sum = 0.0;
  for (const float value : values) {
    positive += static_cast<double>(std::max(0.0F, value));
    square += static_cast<double>(value) * static_cast<double>(value);
    sum += static_cast<double>(value);
  }
  const double deviation = std::sqrt(square / all - sum * sum / all / all);
  for (const auto& [range, expected] : {std::pair{golden.minmax, golden.minmax_error},
                                        {golden.percentile_99, golden.percentile_99_error}}) {
    const LocalError error = local_error(distribution, measured_code(range));
    EXPECT_NEAR(std::sqrt(error.noise), std::sqrt(expected.noise), width / deviation);
    if (positive > 0.0) {
      EXPECT_NEAR(std::sqrt(error.energy), std::sqrt(expected.energy),
                  1.5 * width * count / positive);
    } else {
      EXPECT_EQ(error.energy, 0.0);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Cases, RangeGoldens, ::testing::ValuesIn(testing::range_goldens),
                         [](const auto& one) { return std::string(one.param.name); });

TEST(AciqMultipliers, AreThoseOfScipy) {
  for (int bits = 2; bits <= 10; ++bits) {
    const auto index = static_cast<std::size_t>(bits - 2);
    EXPECT_NEAR(aciq_laplace(bits), testing::aciq_laplace_goldens[index], 1e-12);
    // scipy looks for the minimum by numerical derivatives with a step of 1e-4.
    EXPECT_NEAR(aciq_gauss(bits), testing::aciq_gauss_goldens[index], 1e-5);
  }
}

/// The numbers that Banner et al. give for 2, 3 and 4 bits.
TEST(AciqMultipliers, AreThoseOfThePaper) {
  EXPECT_NEAR(aciq_laplace(2), 2.83, 0.005);
  EXPECT_NEAR(aciq_laplace(3), 3.89, 0.01);
  EXPECT_NEAR(aciq_laplace(4), 5.03, 0.005);
  EXPECT_NEAR(aciq_gauss(2), 1.71, 0.005);
  EXPECT_NEAR(aciq_gauss(3), 2.15, 0.005);
  EXPECT_NEAR(aciq_gauss(4), 2.55, 0.01);
}

}  // namespace
}  // namespace caloquant
