#include "metrics/shower/slice_sums.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include "tests/support/support.hpp"

namespace caloquant {
namespace {

constexpr CellConversion as_stored{};

struct Sums {
  std::vector<double> sums;
  std::vector<double> squares;
  std::size_t not_finite = 0;
};

Sums sums_of(const std::vector<float>& image, const ImageExtents& extents,
             const CellConversion& convert) {
  Sums result{std::vector<double>(slice_count(extents)), std::vector<double>(slice_count(extents))};
  result.not_finite = slice_sums(image, extents, convert, result.sums, result.squares);
  return result;
}

/// [2, 2, 3] with cells 1 ... 12.
TEST(SliceSums, ByHand) {
  const std::vector<float> image{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
  const Sums result = sums_of(image, {2, 2, 3}, as_stored);
  EXPECT_EQ(result.sums, (std::vector<double>{21, 57, 30, 48, 22, 26, 30}));
  EXPECT_EQ(result.squares, (std::vector<double>{91, 559, 14 + 194, 77 + 365, 166, 214, 270}));
  EXPECT_EQ(result.not_finite, 0U);
}

TEST(SliceSums, TheFactorOfTheUnitsIsApplied) {
  const std::vector<float> image{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
  const Sums result = sums_of(image, {2, 2, 3}, {.factor = 0.5, .exponent = 1.0});
  EXPECT_EQ(result.sums[0], 10.5);
  EXPECT_EQ(result.squares[0], 91.0 / 4.0);
}

TEST(SliceSums, ThePowerOfTheUnitsIsApplied) {
  const std::vector<float> image{1, -2, 0, 3};
  const Sums result = sums_of(image, {1, 2, 2}, {.factor = 2.0, .exponent = 2.0});
  // cells 2, -8, 0, 18
  EXPECT_EQ(result.sums, (std::vector<double>{12, -6, 18, 2, 10}));
  EXPECT_EQ(result.squares, (std::vector<double>{392, 68, 324, 4, 388}));
}

/// Whatever the conversion, such cells are counted and count as 0.
TEST(SliceSums, CellsThatAreNotFiniteAreCounted) {
  constexpr float nan = std::numeric_limits<float>::quiet_NaN();
  constexpr float infinity = std::numeric_limits<float>::infinity();
  const std::vector<float> image{1, nan, infinity, -infinity};
  for (const double exponent : {1.0, 2.0}) {
    const Sums result = sums_of(image, {1, 2, 2}, {.factor = 1.0, .exponent = exponent});
    EXPECT_EQ(result.not_finite, 3U);
    EXPECT_EQ(result.sums, (std::vector<double>{1, 1, 0, 1, 0}));
    EXPECT_EQ(result.squares, (std::vector<double>{1, 1, 0, 1, 0}));
  }
}

TEST(SliceSums, LargestFloatsDoNotOverflow) {
  const float largest = std::numeric_limits<float>::max();
  const Sums result = sums_of(std::vector<float>(64, largest), {4, 4, 4}, as_stored);
  EXPECT_EQ(result.not_finite, 0U);
  EXPECT_EQ(result.sums[0], 16.0 * static_cast<double>(largest));
}

using SliceSumsProperty = testing::PropertyTest;

/// Cells are multiples of 2^-10 below 1, so that sums of 10^4 of them and of their squares are
/// exact in double, whatever the order.
TEST_F(SliceSumsProperty, EqualTheNaiveLoops) {
  for (int repeat = 0; repeat < 30; ++repeat) {
    const auto extent = [this] {
      return static_cast<std::size_t>(testing::uniform_int(random, 1, 21));
    };
    const ImageExtents extents{extent(), extent(), extent()};
    const auto [nx, ny, nz] = extents;
    std::vector<float> image(cell_count(extents));
    for (float& cell : image) {
      cell = static_cast<float>(std::max(0, testing::uniform_int(random, -2000, 1000))) / 1024.0F;
    }
    std::vector<double> sums(slice_count(extents), 0.0);
    std::vector<double> squares(sums.size(), 0.0);
    std::size_t index = 0;
    for (std::size_t x = 0; x < nx; ++x) {
      for (std::size_t y = 0; y < ny; ++y) {
        for (std::size_t z = 0; z < nz; ++z) {
          const double cell = static_cast<double>(image[index++]);
          for (const std::size_t slice : {x, nx + y, nx + ny + z}) {
            sums[slice] += cell;
            squares[slice] += cell * cell;
          }
        }
      }
    }
    const Sums result = sums_of(image, extents, as_stored);
    EXPECT_EQ(result.sums, sums);
    EXPECT_EQ(result.squares, squares);
    // The path for powers, whose squares lie at exponent 2; the squares of squares still fit.
    EXPECT_EQ(sums_of(image, extents, {.factor = 1.0, .exponent = 2.0}).sums, squares);
  }
}

}  // namespace
}  // namespace caloquant
