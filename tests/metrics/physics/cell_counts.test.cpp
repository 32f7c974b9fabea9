#include "metrics/physics/cell_counts.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include "tests/metrics/physics/physics_goldens.hpp"
#include "tests/metrics/physics/physics_sample.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

TEST(CellCounts, HitsAreAboveTheThreshold) {
  EXPECT_EQ(hits_above(std::vector{0.0F, 0.25F, 0.5F, -1.0F, std::nanf("")}, 0.25), 1U);
  EXPECT_EQ(hits_above({}, 0.0), 0U);
}

TEST(CellCounts, SparsityByHand) {
  const auto curve = sparsity_curve(std::vector{0.0F, 5e-4F, 0.05F, 2.0F});
  EXPECT_EQ(curve[0], 0.75);
  EXPECT_EQ(curve[9], 0.75);   // 1e-4
  EXPECT_EQ(curve[10], 0.5);   // 1e-3
  EXPECT_EQ(curve[12], 0.25);  // 0.1
  EXPECT_EQ(curve[13], 0.25);  // 1
  EXPECT_EQ(sparsity_threshold(13), 1.0);
}

/// 13 decades in 100 bins: 1 GeV is at 12 / 13 * 100 = 92.3, bin 92 of those in range.
TEST(CellSpectrum, ByHand) {
  CellSpectrum spectrum;
  spectrum.add(std::vector{1.0F, 100.0F, 1e-20F, 0.0F, -1.0F});
  EXPECT_EQ(spectrum.counts()[1 + 92], 1U);
  EXPECT_EQ(spectrum.counts().front(), 1U);
  EXPECT_EQ(spectrum.counts().back(), 1U);
}

TEST(CellSpectrum, EqualsNumpyInAnyOrderOfMerging) {
  const std::vector<float> images = testing::physics_images(1);
  const std::span<const float> all = images;
  CellSpectrum begin;
  CellSpectrum end;
  begin.add(all.first(5000));
  end.add(all.subspan(5000));
  CellSpectrum other = end;
  other.merge(begin);
  begin.merge(end);
  EXPECT_EQ(begin.counts(), testing::golden_spectrum);
  EXPECT_EQ(other.counts(), begin.counts());
}

TEST(MaximumPosition, IsTheFirstOfEqualCells) {
  const std::vector<float> image{0, 1, 0, 0, 0, 7, 7, 0};
  EXPECT_EQ(maximum_position(image, {2, 2, 2}), (std::array<std::size_t, 3>{1, 0, 1}));
  EXPECT_FALSE(maximum_position(std::vector<float>(8, 0.0F), {2, 2, 2}));
}

}  // namespace
}  // namespace caloquant
