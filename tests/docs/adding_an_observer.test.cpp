// The example of calibration/ADDING_AN_OBSERVER.md: the page shows what lies between the markers.

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <utility>
#include <vector>

// [observer]
#include "calibration/observers/observer.hpp"
#include "calibration/observers/value_distribution.hpp"
#include "ops/core/check.hpp"

namespace caloquant {

inline constexpr RangeAlgorithm rms_algorithm{100};  // in the product: RangeAlgorithm::rms

/// [max(min, -T), min(max, T)], where T is four times the root mean square of the values other
/// than 0. A function of its own, because `automatic` tries it on the distribution that it has.
inline Range rms_range(const ValueDistribution& distribution) {
  double sum = 0.0;
  for (const ValueDistribution::Cell& cell : distribution.cells()) {
    const auto value = static_cast<double>(cell.value);
    sum += static_cast<double>(cell.count) * value * value;
  }
  const auto values = static_cast<double>(distribution.nonzeros());
  const double rms = values == 0.0 ? 0.0 : std::sqrt(sum / values);
  return clipped(distribution.extremes(), 4.0 * rms);
}

class RmsObserver final : public Observer {
 public:
  explicit RmsObserver(std::string tensor) : Observer(std::move(tensor)) {}

  [[nodiscard]] Range range() const override { return rms_range(distribution_); }
  [[nodiscard]] RangeAlgorithm algorithm() const noexcept override { return rms_algorithm; }

 private:
  void take(std::span<const float> values, std::size_t /*events*/,
            const Extremes& extremes) override {
    distribution_.add(values, extremes);
  }

  ValueDistribution distribution_;
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

TEST(RmsObserver, CallsDoNotMatter) {
  RmsObserver once("t");
  RmsObserver parts("t");
  once.observe(std::vector{-1.0F, 2.0F, 30.0F});
  parts.observe(std::vector{-1.0F});
  parts.observe(std::vector{2.0F, 30.0F});
  EXPECT_EQ(parts.range(), once.range());
}
// [/test]

}  // namespace
}  // namespace caloquant
