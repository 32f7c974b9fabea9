#include "calibration/observers/observer.hpp"

#include <algorithm>
#include <limits>
#include <vector>

#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using testing::message_of;
using Limits = std::numeric_limits<float>;

/// What every observer promises.
class ObserverContract : public ::testing::TestWithParam<RangeAlgorithm> {
 protected:
  static Range range_of(const std::vector<float>& values) {
    const auto observer = make_observer(GetParam(), "conv1");
    observer->observe(values);
    return observer->range();
  }
};

TEST_P(ObserverContract, KnowsItsAlgorithm) {
  EXPECT_EQ(make_observer(GetParam(), "conv1")->algorithm(), GetParam());
}

TEST_P(ObserverContract, NothingGivesTheEmptyRange) {
  EXPECT_EQ(make_observer(GetParam(), "conv1")->range(), (Range{0.0F, 0.0F}));
  EXPECT_EQ(range_of({}), (Range{0.0F, 0.0F}));
}

TEST_P(ObserverContract, ZerosGiveTheEmptyRange) {
  EXPECT_EQ(range_of(std::vector<float>(1000, 0.0F)), (Range{0.0F, 0.0F}));
  EXPECT_EQ(range_of(std::vector<float>(1000, -0.0F)), (Range{0.0F, 0.0F}));
}

TEST_P(ObserverContract, AConstantTensorIsNotClipped) {
  for (const float value : {3.5F, 4.0F, 1e-30F, Limits::denorm_min(), Limits::max()}) {
    EXPECT_EQ(range_of(std::vector<float>(1000, value)), (Range{0.0F, value}));
    EXPECT_EQ(range_of(std::vector<float>(1000, -value)), (Range{-value, 0.0F}));
    std::vector<float> with_zeros(1000, 0.0F);
    with_zeros[7] = value;
    EXPECT_EQ(range_of(with_zeros), (Range{0.0F, value}));
  }
}

TEST_P(ObserverContract, ValuesThatAreNotFiniteAreAnErrorThatChangesNothing) {
  const auto observer = make_observer(GetParam(), "conv1");
  observer->observe(std::vector{-1.0F, 2.0F});
  EXPECT_EQ(message_of([&] {
              observer->observe(std::vector{9.0F, Limits::quiet_NaN()});
            }),
            "conv1: value 1 seen in calibration is not a number; calibrate with inputs for which "
            "the FP32 model gives finite values");
  EXPECT_EQ(message_of([&] {
              observer->observe(std::vector{-9.0F, 1.0F, -Limits::infinity()});
            }),
            "conv1: value 2 seen in calibration is infinite; calibrate with inputs for which the "
            "FP32 model gives finite values");
  EXPECT_EQ(observer->range(), (Range{-1.0F, 2.0F}));
}

INSTANTIATE_TEST_SUITE_P(Algorithms, ObserverContract,
                         ::testing::ValuesIn(all_range_algorithms().begin(),
                                             all_range_algorithms().end()));

TEST(ObserverDeathTest, AlgorithmsDoNotMix) {
  const auto minmax = make_observer(RangeAlgorithm::minmax, "conv1");
  const auto kl = make_observer(RangeAlgorithm::kl, "conv1");
  EXPECT_DEATH(minmax->merge(*kl), "algorithm");
  EXPECT_DEATH(kl->merge(*minmax), "algorithm");
}

class ObserverProperty : public testing::PropertyTest {
 protected:
  /// A normal distribution with some far values, shifted; sometimes rectified.
  std::vector<float> values() {
    std::normal_distribution<float> normal(testing::uniform(random, -1.0F, 1.0F), 1.0F);
    const bool rectified = testing::uniform_int(random, 0, 1) == 1;
    std::vector<float> result(static_cast<std::size_t>(testing::uniform_int(random, 1, 8000)));
    for (float& value : result) {
      value = normal(random) * (testing::uniform_int(random, 0, 999) == 0 ? 10.0F : 1.0F);
      value = rectified ? std::max(0.0F, value) : value;
    }
    return result;
  }
};

TEST_F(ObserverProperty, OrderBatchesAndMergesDoNotMatter) {
  for (const RangeAlgorithm algorithm : all_range_algorithms()) {
    std::vector<float> all = values();
    const auto once = make_observer(algorithm, "t");
    once->observe(all);
    std::shuffle(all.begin(), all.end(), random);
    const auto streamed = make_observer(algorithm, "t");
    const auto first_half = make_observer(algorithm, "t");
    const auto second_half = make_observer(algorithm, "t");
    for (std::size_t first = 0; first < all.size();) {
      const std::size_t count = std::min(
          static_cast<std::size_t>(testing::uniform_int(random, 0, 900)), all.size() - first);
      const std::span<const float> batch = std::span(all).subspan(first, count);
      streamed->observe(batch);
      (first < all.size() / 2 ? first_half : second_half)->observe(batch);
      first += count;
    }
    EXPECT_EQ(streamed->range(), once->range());
    second_half->merge(*first_half);
    EXPECT_EQ(second_half->range(), once->range());
    first_half->merge(*make_observer(algorithm, "t"));
    second_half->merge(*make_observer(algorithm, "t"));
    EXPECT_EQ(second_half->range(), once->range());
  }
}

TEST_F(ObserverProperty, RangesContainZeroAndAreNeverWiderThanMinMax) {
  for (int repeat = 0; repeat < 5; ++repeat) {
    const std::vector<float> all = values();
    const auto minmax = make_observer(RangeAlgorithm::minmax, "t");
    minmax->observe(all);
    const Range widest = minmax->range();
    EXPECT_EQ(widest.low, std::min(0.0F, *std::min_element(all.begin(), all.end())));
    EXPECT_EQ(widest.high, std::max(0.0F, *std::max_element(all.begin(), all.end())));
    const auto kl = make_observer(RangeAlgorithm::kl, "t");
    kl->observe(all);
    EXPECT_LE(kl->range().low, 0.0F);
    EXPECT_GE(kl->range().high, 0.0F);
    EXPECT_GE(kl->range().low, widest.low);
    EXPECT_LE(kl->range().high, widest.high);
  }
}

}  // namespace
}  // namespace caloquant
