// Element types, above all the two 16-bit floats.

#include "graph/io/onnx/array.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace caloquant::onnx {
namespace {

TEST(OnnxHalf, EveryNumberComesBack) {
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
    const Half half{static_cast<std::uint16_t>(bits)};
    const float value = to_float(half);
    if (!std::isnan(value)) {
      ASSERT_EQ(to_half(static_cast<double>(value)).bits, bits) << value;
    }
    const BFloat bfloat{static_cast<std::uint16_t>(bits)};
    if (!std::isnan(to_float(bfloat))) {
      ASSERT_EQ(to_bfloat(static_cast<double>(to_float(bfloat))).bits, bits);
    }
  }
}

TEST(OnnxHalf, RoundsHalfToEven) {
  EXPECT_EQ(to_float(to_half(2049.0)), 2048.0F);  // steps of 2 from 2048 on
  EXPECT_EQ(to_float(to_half(2051.0)), 2052.0F);
  EXPECT_EQ(to_float(to_half(65519.0)), 65504.0F);
  EXPECT_TRUE(std::isinf(to_float(to_half(65520.0))));
  EXPECT_EQ(to_float(to_half(std::ldexp(1.0, -25))), 0.0F);  // half of the smallest
  EXPECT_EQ(to_float(to_half(std::ldexp(3.0, -25))), std::ldexp(1.0F, -23));
  EXPECT_TRUE(std::isnan(to_float(to_half(std::numeric_limits<double>::quiet_NaN()))));
  EXPECT_EQ(to_float(to_bfloat(257.0)), 256.0F);
  EXPECT_EQ(to_float(to_bfloat(259.0)), 260.0F);
  EXPECT_TRUE(std::isnan(to_float(to_bfloat(std::numeric_limits<double>::quiet_NaN()))));
}

TEST(OnnxArray, CheckedBytes) {
  constexpr std::int64_t limit = std::int64_t{1} << 40;
  EXPECT_EQ(checked_bytes(ElementType::f32, {2, 3}, limit), 24);
  EXPECT_EQ(checked_bytes(ElementType::f32, {}, limit), 4);
  EXPECT_EQ(checked_bytes(ElementType::s64, {std::int64_t{1} << 62, 0, 7}, limit), 0);
  EXPECT_EQ(checked_bytes(ElementType::u8, {limit}, limit), limit);
  EXPECT_EQ(checked_bytes(ElementType::u8, {limit + 1}, limit), -1);
  EXPECT_EQ(checked_bytes(ElementType::f32, {1 << 30, 1 << 30, 1 << 30}, limit), -1);
  EXPECT_EQ(checked_bytes(ElementType::f32, {-1, 0}, limit), -1);
}

}  // namespace
}  // namespace caloquant::onnx
