#include "calibration/observers/observer.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "calibration/observers/minmax_headroom.hpp"
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
    const bool wider = GetParam() == RangeAlgorithm::minmax_headroom;
    const float end = wider ? with_headroom({0.0F, value}, 1.5).high : value;
    EXPECT_EQ(range_of(std::vector<float>(1000, value)), (Range{0.0F, end}));
    EXPECT_EQ(range_of(std::vector<float>(1000, -value)), (Range{-end, 0.0F}));
    std::vector<float> with_zeros(1000, 0.0F);
    with_zeros[7] = value;
    EXPECT_EQ(range_of(with_zeros), (Range{0.0F, end}));
  }
}

TEST_P(ObserverContract, ValuesThatAreNotFiniteAreAnErrorThatChangesNothing) {
  const auto observer = make_observer(GetParam(), "conv1");
  observer->observe(std::vector{-1.0F, 2.0F});
  const Range before = observer->range();
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
  EXPECT_EQ(observer->range(), before);
}

INSTANTIATE_TEST_SUITE_P(Algorithms, ObserverContract,
                         ::testing::ValuesIn(all_range_algorithms().begin(),
                                             all_range_algorithms().end()));

TEST(ObserverDeathTest, ParametersOutsideTheirDomain) {
  const auto made_with = [](RangeAlgorithm algorithm, const RangeOptions& ranges) {
    return make_observer(algorithm, "conv1", {ranges, measured_code});
  };
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const double bad : {0.99, -1.5, nan}) {
    EXPECT_DEATH(made_with(RangeAlgorithm::minmax_headroom, {.headroom = bad}), "factor");
  }
  for (const double bad : {0.0, -0.1, 1.1, nan}) {
    EXPECT_DEATH(made_with(RangeAlgorithm::moving_average, {.averaging_constant = bad}),
                 "constant");
  }
  for (const double bad : {0.0, -1.0, 100.1, nan}) {
    EXPECT_DEATH(made_with(RangeAlgorithm::percentile, {.percentile = bad}), "percent");
  }
  EXPECT_DEATH(make_observer(RangeAlgorithm::mse, "conv1", {{}, nullptr}), "code");
}

TEST(ObserverDeathTest, AnEventIsNotCut) {
  const auto observer = make_observer(RangeAlgorithm::moving_average, "conv1");
  EXPECT_DEATH(observer->observe(std::vector{1.0F, 2.0F, 3.0F}, 2), "events");
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

/// Algorithms that look at single events, in their order.
bool sees_events(RangeAlgorithm algorithm) {
  return algorithm == RangeAlgorithm::moving_average || algorithm == RangeAlgorithm::automatic;
}

TEST_F(ObserverProperty, OrderAndBatchesDoNotMatter) {
  for (const RangeAlgorithm algorithm : all_range_algorithms()) {
    if (sees_events(algorithm)) {
      continue;
    }
    std::vector<float> all = values();
    const auto once = make_observer(algorithm, "t");
    once->observe(all);
    std::shuffle(all.begin(), all.end(), random);
    const auto streamed = make_observer(algorithm, "t");
    for (std::size_t first = 0; first < all.size();) {
      const std::size_t count = std::min(
          static_cast<std::size_t>(testing::uniform_int(random, 0, 900)), all.size() - first);
      const std::span<const float> batch = std::span(all).subspan(first, count);
      streamed->observe(batch);
      first += count;
    }
    EXPECT_EQ(streamed->range(), once->range()) << name_of(algorithm);
  }
}

/// Whole events, however many come together.
TEST_F(ObserverProperty, CutsBetweenEventsDoNotMatter) {
  std::vector<float> all = values();
  const auto per_event = static_cast<std::size_t>(testing::uniform_int(random, 1, 100));
  const std::size_t events = all.size() / per_event;
  all.resize(events * per_event);
  for (const RangeAlgorithm algorithm : all_range_algorithms()) {
    const auto once = make_observer(algorithm, "t");
    const auto streamed = make_observer(algorithm, "t");
    if (events > 0) {
      once->observe(all, events);
    }
    for (std::size_t first = 0; first < events;) {
      const std::size_t count =
          std::min(static_cast<std::size_t>(testing::uniform_int(random, 1, 9)), events - first);
      streamed->observe(std::span(all).subspan(first * per_event, count * per_event), count);
      first += count;
    }
    EXPECT_EQ(streamed->range(), once->range()) << name_of(algorithm);
  }
}

/// A factor that is a power of two moves every bin edge, every step and every sum with the values.
TEST_F(ObserverProperty, RangesScaleWithTheValues) {
  for (const RangeAlgorithm algorithm : all_range_algorithms()) {
    std::vector<float> all = values();
    const int exponent = testing::uniform_int(random, -30, 30);
    const auto own = make_observer(algorithm, "t");
    const auto scaled = make_observer(algorithm, "t");
    own->observe(all);
    for (float& value : all) {
      value = std::ldexp(value, exponent);
    }
    scaled->observe(all);
    EXPECT_EQ(scaled->range(), (Range{std::ldexp(own->range().low, exponent),
                                      std::ldexp(own->range().high, exponent)}))
        << name_of(algorithm);
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
    for (const RangeAlgorithm algorithm : all_range_algorithms()) {
      const auto observer = make_observer(algorithm, "t");
      observer->observe(all);
      const Range range = observer->range();
      EXPECT_LE(range.low, 0.0F);
      EXPECT_GE(range.high, 0.0F);
      const double room = algorithm == RangeAlgorithm::minmax_headroom ? 1.5 : 1.0;
      if (algorithm != RangeAlgorithm::automatic) {
        EXPECT_GE(range.low, with_headroom(widest, room).low) << name_of(algorithm);
        EXPECT_LE(range.high, with_headroom(widest, room).high) << name_of(algorithm);
      }
    }
  }
}

}  // namespace
}  // namespace caloquant
