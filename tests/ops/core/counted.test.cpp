#include "ops/core/counted.hpp"

#include <gtest/gtest.h>

#include <cstdint>

namespace caloquant {
namespace {

TEST(Counted, OneIsNotMany) {
  EXPECT_EQ(counted(0, "input"), "0 inputs");
  EXPECT_EQ(counted(1U, "input"), "1 input");
  EXPECT_EQ(counted(std::int64_t{12}, "input"), "12 inputs");
  EXPECT_EQ(counted(-1, "cell"), "-1 cells");
  EXPECT_EQ(counted(1, "axis", "axes"), "1 axis");
  EXPECT_EQ(counted(2, "value is", "values are"), "2 values are");
}

}  // namespace
}  // namespace caloquant
