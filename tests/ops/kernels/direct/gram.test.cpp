#include "ops/kernels/direct/gram.hpp"

#include <gtest/gtest.h>

#include "tests/support/support.hpp"

namespace caloquant {
namespace {

class Gram : public testing::PropertyTest {};

// One order of sums: exactly that of plain loops in double, for every instruction set and cut.
TEST_F(Gram, HasTheBitsOfPlainLoops) {
  for (const std::int64_t width : {1, 4, 33, 100, 130}) {
    constexpr std::int64_t count = 150;
    const std::int64_t stride = width + 3;
    std::vector<float> rows(static_cast<std::size_t>(count * stride));
    for (float& value : rows) {
      value = testing::uniform(random, -1.0F, 1.0F);
    }
    const auto at = [&](std::int64_t row, std::int64_t i) {
      return static_cast<double>(rows[static_cast<std::size_t>(row * stride + i)]);
    };
    const auto size = static_cast<std::size_t>(width * width);
    std::vector<double> expected(size, 0.0);
    for (std::int64_t row = 0; row < count; ++row) {
      for (std::int64_t i = 0; i < width; ++i) {
        for (std::int64_t j = 0; j < width; ++j) {
          expected[static_cast<std::size_t>(i * width + j)] += at(row, i) * at(row, j);
        }
      }
    }
    for (const Isa isa : runnable_isas()) {
      for (const std::int64_t cut : {1, 3, 64, 150}) {
        GramSum sum(width, isa);
        for (std::int64_t first = 0; first < count; first += cut) {
          sum.add(rows.data() + first * stride, std::min(cut, count - first), stride);
        }
        std::vector<double> found(size, -1.0);
        sum.copy_to(found.data());
        EXPECT_EQ(found, expected) << width << " columns, " << name_of(isa) << ", cut at " << cut;
      }
    }
  }
}

}  // namespace
}  // namespace caloquant
