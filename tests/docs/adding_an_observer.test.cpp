// The example of calibration/ADDING_AN_OBSERVER.md: the page shows what lies between the markers.

#include <gtest/gtest.h>

#include <vector>

// [observer]
#include <cmath>
#include <string>
#include <utility>

#include "calibration/observers/distribution_observer.hpp"

namespace caloquant {

inline constexpr RangeAlgorithm rms_algorithm{100};  // in the product: RangeAlgorithm::rms

/// [max(min, -T), min(max, T)], where T is four times the root mean square of the values other
/// than 0.
class RmsObserver final : public DistributionObserver {
 public:
  explicit RmsObserver(std::string tensor) : DistributionObserver(std::move(tensor)) {}

  [[nodiscard]] RangeAlgorithm algorithm() const noexcept override { return rms_algorithm; }
  [[nodiscard]] Range range_of(const ValueDistribution& distribution) const override {
    double sum = 0.0;
    for (const ValueDistribution::Cell& cell : distribution.cells()) {
      const auto value = static_cast<double>(cell.value);
      sum += static_cast<double>(cell.count) * value * value;
    }
    const auto values = static_cast<double>(distribution.nonzeros());
    const double rms = values == 0.0 ? 0.0 : std::sqrt(sum / values);
    return clipped(distribution.extremes(), 4.0 * rms);
  }
};

}  // namespace caloquant
// [/observer]

namespace caloquant {
namespace {

// [test]
/// 99 values of 1 and one of 100: the mean square is 10099 / 100, four roots of it are 40.2. A bin
/// is 1/32768 of the largest magnitude wide at most, which moves the root by less than 0.01.
TEST(RmsObserver, ClipsAtFourRootMeanSquares) {
  std::vector<float> values(99, 1.0F);
  values.push_back(100.0F);
  values.resize(1000, 0.0F);  // exact zeros do not count
  RmsObserver observer("t");
  observer.observe(values);
  EXPECT_EQ(observer.range().low, 0.0F);
  EXPECT_NEAR(observer.range().high, 4.0 * std::sqrt(100.99), 0.01);
}

/// `automatic` has the distribution already, and asks for the range without values.
TEST(RmsObserver, IsACandidateOfAutomatic) {
  const std::vector<float> values{-1.0F, 2.0F, 30.0F};
  ValueDistribution distribution;
  distribution.add(values, extremes_of(values));
  RmsObserver observer("t");
  const Range asked = observer.range_of(distribution);
  observer.observe(values);
  EXPECT_EQ(asked, observer.range());
}
// [/test]

}  // namespace
}  // namespace caloquant
