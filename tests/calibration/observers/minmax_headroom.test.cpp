#include "calibration/observers/minmax_headroom.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

namespace caloquant {
namespace {

TEST(MinMaxHeadroomObserver, WidensBothEnds) {
  MinMaxHeadroomObserver observer("t", 1.5);
  observer.observe(std::vector{-1.0F, 2.0F});
  observer.observe(std::vector{0.5F});
  EXPECT_EQ(observer.range(), (Range{-1.5F, 3.0F}));
}

TEST(MinMaxHeadroomObserver, OfFactorOneIsMinMax) {
  MinMaxHeadroomObserver observer("t", 1.0);
  observer.observe(std::vector{-0.1F, 0.7F});
  EXPECT_EQ(observer.range(), (Range{-0.1F, 0.7F}));
}

TEST(MinMaxHeadroomObserver, StaysFinite) {
  constexpr float most = std::numeric_limits<float>::max();
  EXPECT_EQ(with_headroom({-most, 0.75F * most}, 2.0), (Range{-most, most}));
}

}  // namespace
}  // namespace caloquant
