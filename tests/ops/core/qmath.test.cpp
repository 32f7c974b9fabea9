#include "ops/core/qmath.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "ops/core/weight_scales.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

class QmathProperty : public testing::PropertyTest {
 protected:
  /// Parameters of each scheme over a random range between 1e-6 and 1e6 wide.
  std::vector<QuantParams> random_params() {
    const float width = std::pow(10.0F, testing::uniform(random, -6.0F, 6.0F));
    const float low = -width * testing::uniform(random, 0.0F, 1.0F);
    const float high = width * testing::uniform(random, 0.0F, 1.0F);
    return {asymmetric_u8(low, high), symmetric_s8(low, high),
            scaled_u8(std::max(high, width / 8))};
  }
  static float lowest(const QuantParams& params) {
    return dequantize(range_of(params).low, params);
  }
  static float highest(const QuantParams& params) {
    return dequantize(range_of(params).high, params);
  }
};

constexpr int repetitions = 200;

TEST_F(QmathProperty, RoundTripWithinHalfAStepInsideTheRange) {
  for (int i = 0; i < repetitions; ++i) {
    for (const QuantParams& params : random_params()) {
      const float x = testing::uniform(random, lowest(params), highest(params));
      const float back = dequantize(quantize(x, params), params);
      // The division and the product round to f32: |q| <= 255, so each shifts by at most
      // 255 * 2^-24 steps.
      const float bound = params.scale * (0.5F + 255.0F * 0x1p-23F);
      EXPECT_LE(std::fabs(back - x), bound) << "x " << x << " scale " << params.scale;
    }
  }
}

TEST_F(QmathProperty, SaturatesOutsideTheRange) {
  for (const QuantParams& params : random_params()) {
    const QRange range = range_of(params);
    for (const float factor : {1.001F, 2.0F, 1e6F}) {
      EXPECT_EQ(quantize(highest(params) * factor + params.scale, params), range.high);
      EXPECT_EQ(quantize(lowest(params) * factor - params.scale, params), range.low);
    }
    const float infinity = std::numeric_limits<float>::infinity();
    EXPECT_EQ(quantize(infinity, params), range.high);
    EXPECT_EQ(quantize(-infinity, params), range.low);
  }
}

TEST_F(QmathProperty, Idempotent) {
  for (const QuantParams& params : random_params()) {
    const QRange range = range_of(params);
    for (std::int32_t q = range.low; q <= range.high; ++q) {
      EXPECT_EQ(quantize(dequantize(q, params), params), q) << "scale " << params.scale;
    }
  }
}

TEST_F(QmathProperty, Monotone) {
  for (int i = 0; i < repetitions; ++i) {
    for (const QuantParams& params : random_params()) {
      const float x = testing::uniform(random, 2 * lowest(params), 2 * highest(params));
      const float y = testing::uniform(random, 2 * lowest(params), 2 * highest(params));
      EXPECT_LE(quantize(std::min(x, y), params), quantize(std::max(x, y), params));
    }
  }
}

TEST_F(QmathProperty, RealZeroIsExact) {
  for (int i = 0; i < repetitions; ++i) {
    for (const QuantParams& params : random_params()) {
      EXPECT_EQ(quantize(0.0F, params), params.zero_point);
      EXPECT_EQ(dequantize(quantize(0.0F, params), params), 0.0F);
    }
  }
}

TEST_F(QmathProperty, PowersOfTwoScaleExactly) {
  for (int i = 0; i < repetitions; ++i) {
    const float low = -testing::uniform(random, 0.0F, 10.0F);
    const float high = testing::uniform(random, 0.1F, 10.0F);
    const float x = testing::uniform(random, low, high);
    const float factor = std::ldexp(1.0F, testing::uniform_int(random, -60, 60));
    const std::pair<QuantParams, QuantParams> pairs[] = {
        {asymmetric_u8(low, high), asymmetric_u8(low * factor, high * factor)},
        {symmetric_s8(low, high), symmetric_s8(low * factor, high * factor)},
        {scaled_u8(high), scaled_u8(high * factor)}};
    for (const auto& [one, scaled] : pairs) {
      EXPECT_EQ(scaled.scale, one.scale * factor);
      EXPECT_EQ(scaled.zero_point, one.zero_point);
      EXPECT_EQ(quantize(x * factor, scaled), quantize(x, one));
    }
  }
}

TEST(Qmath, AllTiesRoundToEven) {
  const QuantParams params{DType::u8, 0.25F, 0};
  for (std::int32_t q = 0; q < 255; ++q) {
    const float tie = (static_cast<float>(q) + 0.5F) * params.scale;  // exact in f32
    EXPECT_EQ(quantize(tie, params), q % 2 == 0 ? q : q + 1) << "between " << q << " and " << q + 1;
  }
  const QuantParams centred{DType::s8, 0.25F, 0};
  for (std::int32_t q = -128; q < 127; ++q) {
    const float tie = (static_cast<float>(q) + 0.5F) * centred.scale;
    EXPECT_EQ(quantize(tie, centred), q % 2 == 0 ? q : q + 1);
  }
}

TEST(Qmath, TiesWithAnOddZeroPointRoundBeforeItIsAdded) {
  // x / scale = 0.5 rounds to 0, then the zero point 3 is added: not round(0.5 + 3) = 4.
  EXPECT_EQ(quantize(0.5F, {DType::u8, 1.0F, 3}), 3);
  EXPECT_EQ(quantize(1.5F, {DType::u8, 1.0F, 3}), 5);
}

TEST(Qmath, NotANumberBecomesLow) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(quantize(nan, {DType::u8, 1.0F, 7}), 0);
  EXPECT_EQ(quantize(nan, {DType::s8, 1.0F, 0}), -128);
}

TEST(Qmath, RangesOfTheSchemes) {
  const QuantParams asymmetric = asymmetric_u8(-1.0F, 4.1F);
  EXPECT_EQ(asymmetric.dtype, DType::u8);
  EXPECT_FLOAT_EQ(asymmetric.scale, 5.1F / 255.0F);
  EXPECT_EQ(asymmetric.zero_point, 50);
  const QuantParams symmetric = symmetric_s8(-2.54F, 1.0F);
  EXPECT_EQ(symmetric.dtype, DType::s8);
  EXPECT_FLOAT_EQ(symmetric.scale, 0.02F);
  EXPECT_EQ(symmetric.zero_point, 0);
  const QuantParams scaled = scaled_u8(5.1F);
  EXPECT_FLOAT_EQ(scaled.scale, 0.02F);
  EXPECT_EQ(scaled.zero_point, 0);
}

TEST(Qmath, AsymmetricRangeIsWidenedToZero) {
  EXPECT_EQ(asymmetric_u8(2.0F, 5.1F).zero_point, 0);
  EXPECT_FLOAT_EQ(asymmetric_u8(2.0F, 5.1F).scale, 0.02F);
  EXPECT_EQ(asymmetric_u8(-5.1F, -2.0F).zero_point, 255);
  EXPECT_FLOAT_EQ(asymmetric_u8(-5.1F, -2.0F).scale, 0.02F);
}

TEST(Qmath, DeadAndTinyRangesKeepAUsableScale) {
  EXPECT_EQ(asymmetric_u8(0.0F, 0.0F).scale, 1.0F);
  EXPECT_EQ(symmetric_s8(0.0F, 0.0F).scale, 1.0F);
  EXPECT_EQ(scaled_u8(0.0F).scale, 1.0F);
  const float tiny = std::numeric_limits<float>::denorm_min();
  for (const QuantParams& params :
       {asymmetric_u8(0, tiny), symmetric_s8(0, tiny), scaled_u8(tiny)}) {
    EXPECT_TRUE(std::isfinite(1.0F / params.scale));
  }
}

TEST_F(QmathProperty, ArraysAreElementByElement) {
  std::vector<float> src(100);
  std::generate(src.begin(), src.end(), [&] { return testing::uniform(random, -3.0F, 3.0F); });
  const QuantParams params = asymmetric_u8(-2.0F, 2.5F);
  std::vector<std::uint8_t> q(src.size());
  std::vector<float> back(src.size());
  quantize<std::uint8_t>(src, q, params);
  dequantize<std::uint8_t>(q, back, params);
  for (std::size_t i = 0; i < src.size(); ++i) {
    EXPECT_EQ(q[i], quantize(src[i], params));
    EXPECT_EQ(back[i], dequantize(q[i], params));
  }
}

TEST_F(QmathProperty, WeightsReachTheEndOfTheirRange) {
  Tensor weights(DType::f32, {4, 3, 5});
  for (float& value : weights.data<float>()) {
    value = testing::uniform(random, -1.0F, 1.0F);
  }
  const auto values = weights.data<float>();
  std::fill(values.begin() + 15, values.begin() + 30, 0.0F);  // a dead channel
  for (const bool per_channel : {false, true}) {
    const QuantizedWeights quantized = quantize_weights(weights, per_channel);
    ASSERT_EQ(quantized.scales.size(), per_channel ? 4U : 1U);
    EXPECT_EQ(quantized.values.shape(), weights.shape());
    const auto q = quantized.values.data<std::int8_t>();
    int largest = 0;
    for (std::size_t i = 0; i < q.size(); ++i) {
      const float scale = quantized.scales[per_channel ? i / 15 : 0];
      EXPECT_LE(std::fabs(static_cast<float>(q[i]) * scale - values[i]), scale * 0.5001F);
      largest = std::max(largest, std::abs(static_cast<int>(q[i])));
    }
    EXPECT_EQ(largest, 127);
  }
  EXPECT_EQ(quantize_weights(weights, true).scales[1], 1.0F);
}

// The nearest of the two neighbours with 8 bits of mantissa, the even one on a tie.
TEST_F(QmathProperty, BFloat16IsTheNearest) {
  for (int i = 0; i < 2000; ++i) {
    const float x =
        std::ldexp(testing::uniform(random, -2.0F, 2.0F), testing::uniform_int(random, -126, 120));
    const float rounded = round_to_bf16(x);
    const auto bits = std::bit_cast<std::uint32_t>(rounded);
    ASSERT_EQ(bits & 0xFFFFU, 0U);
    const auto below = std::bit_cast<float>(std::bit_cast<std::uint32_t>(x) & 0xFFFF0000U);
    const auto above =
        std::bit_cast<float>((std::bit_cast<std::uint32_t>(x) & 0xFFFF0000U) + 0x10000U);
    const double to_below = std::fabs(static_cast<double>(x) - static_cast<double>(below));
    const double to_above = std::fabs(static_cast<double>(above) - static_cast<double>(x));
    const double error = std::fabs(static_cast<double>(x) - static_cast<double>(rounded));
    ASSERT_EQ(error, std::min(to_below, to_above)) << x;
  }
  EXPECT_EQ(round_to_bf16(1.00390625F), 1.0F);       // a tie: 1 + 2^-8 goes to the even 1
  EXPECT_EQ(round_to_bf16(1.01171875F), 1.015625F);  // 1 + 3 * 2^-8 to the even 1 + 2^-6
  EXPECT_EQ(round_to_bf16(-0.0F), 0.0F);
  EXPECT_TRUE(std::isnan(round_to_bf16(std::numeric_limits<float>::quiet_NaN())));
  EXPECT_EQ(round_to_bf16(3.4e38F), std::numeric_limits<float>::infinity());
}

TEST(Qmath, TheLimitOfSixteenBitsKeepsSumsWithin32) {
  const auto weights_of = [](std::int64_t per_channel, std::int8_t value) {
    Tensor weights(DType::s8, {2, per_channel});
    for (std::int64_t i = 0; i < per_channel; ++i) {
      weights.data<std::int8_t>()[static_cast<std::size_t>(per_channel + i)] = value;
    }
    return weights;
  };
  EXPECT_EQ(s16_limit(weights_of(10, 0)), 32767);
  EXPECT_EQ(s16_limit(weights_of(516, 127)), 32767);   // 516 * 127 * 32767 < 2^31
  EXPECT_EQ(s16_limit(weights_of(517, -127)), 32706);  // (2^31 - 1) / (517 * 127), rounded down
  const Tensor many = weights_of(1000, 127);
  EXPECT_NO_THROW(require_exact_sums("layer 'a'", many, symmetric_s16(-1, 1, s16_limit(many))));
  EXPECT_EQ(testing::message_of([&] {
              require_exact_sums("layer 'a'", many, symmetric_s16(-1, 1, s16_limit(many) + 1));
            }),
            "layer 'a': sums of 1000 products may exceed 32 bits; keep this layer in fp32");
}

TEST(Qmath, SixteenBitsAreSymmetric) {
  const QuantParams params = symmetric_s16(-3.0F, 1.0F, 30000);
  EXPECT_EQ(params.scale, 1e-4F);
  EXPECT_EQ(quantize(-3.0F, params), -30000);
  EXPECT_EQ(quantize(-9.0F, params), -30000);
  EXPECT_EQ(quantize(0.00015F, params), 2);  // a tie to the even step
}

double weight_error(std::span<const float> weights, float scale) {
  double sum = 0.0;
  for (const float weight : weights) {
    const auto q = static_cast<float>(round_saturate(weight / scale, {-127, 127}));
    sum += std::pow(static_cast<double>(q * scale) - static_cast<double>(weight), 2);
  }
  return sum;
}

/// 6300 weights of 1.2 and one of 127: a scale s from 0.5 to 1.2 / 0.5 leaves them at one step,
/// with the error 6300 (s - 1.2)^2 + 127^2 (1 - s)^2 as long as s is below 1 (nothing is clipped
/// above it): smallest at s = (6300 1.2 + 127^2) / (6300 + 127^2) = 1.056, hence 1 of those
/// allowed. With 0.9 in place of 1.2: at (6300 0.9 + 127^2) / (6300 + 127^2) = 0.9719.
TEST(Qmath, MseScalesWeighClippingAgainstRounding) {
  const auto scale_for = [](float most) {
    Tensor weights(DType::f32, {1, 6301});
    std::fill(weights.data<float>().begin(), weights.data<float>().end(), most);
    weights.data<float>()[17] = -127.0F;
    return mse_weight_scales(weights, true).at(0);
  };
  EXPECT_EQ(scale_for(1.2F), 1.0F);
  EXPECT_NEAR(scale_for(0.9F), 0.9719, 1.0 / 2048.0 + 1e-4);
}

TEST_F(QmathProperty, MseScalesAreNeverWorseThanMinMaxAndScaleWithTheWeights) {
  std::normal_distribution<float> normal(0.0F, 1.0F);
  Tensor weights(DType::f32, {6, 40});
  for (float& value : weights.data<float>()) {
    value = normal(random) * (testing::uniform_int(random, 0, 39) == 0 ? 4.0F : 1.0F);
  }
  const auto values = weights.data<float>();
  std::fill(values.begin() + 40, values.begin() + 80, 0.0F);  // a dead channel
  for (const bool per_channel : {false, true}) {
    const std::vector<float> widest = minmax_weight_scales(weights, per_channel);
    const std::vector<float> scales = mse_weight_scales(weights, per_channel);
    ASSERT_EQ(scales.size(), per_channel ? 6U : 1U);
    const std::size_t stride = values.size() / scales.size();
    for (std::size_t channel = 0; channel < scales.size(); ++channel) {
      const auto part = std::span<const float>(values).subspan(channel * stride, stride);
      EXPECT_GT(scales[channel], 0.0F);
      EXPECT_LE(scales[channel], widest[channel]);
      const double error = weight_error(part, scales[channel]);
      EXPECT_LE(error, weight_error(part, widest[channel]));
      // The coarse grid, by brute force.
      for (int step = 16; step <= 64; ++step) {
        const float scale = widest[channel] * static_cast<float>(step) / 64.0F;
        EXPECT_LE(error, weight_error(part, scale) * (1.0 + 1e-6));
      }
    }
    const QuantizedWeights quantized = quantize_weights(weights, scales);
    EXPECT_EQ(quantized.scales, scales);
    for (const std::int8_t q : quantized.values.data<std::int8_t>()) {
      EXPECT_GE(q, -127);
    }
  }
  EXPECT_EQ(mse_weight_scales(weights, true)[1], 1.0F);
  Tensor scaled = weights;
  for (float& value : scaled.data<float>()) {
    value = std::ldexp(value, -9);
  }
  const std::vector<float> own = mse_weight_scales(weights, true);
  const std::vector<float> other = mse_weight_scales(scaled, true);
  for (std::size_t channel = 0; channel < own.size(); ++channel) {
    EXPECT_EQ(other[channel], channel == 1 ? 1.0F : std::ldexp(own[channel], -9));
  }
}

TEST(Qmath, PrecisionFollowsFromTheTypes) {
  const auto precision = [](DType src) {
    LayerQuant quant;
    quant.src.dtype = src;
    return precision_of(quant);
  };
  EXPECT_EQ(precision(DType::u8), Precision::int8);
  EXPECT_EQ(precision(DType::s8), Precision::int8);
  EXPECT_EQ(precision(DType::s16), Precision::w8a16);
  EXPECT_EQ(precision(DType::bf16), Precision::bf16);
  EXPECT_EQ(precision(DType::f32), Precision::w8);
}

TEST(QmathDeathTest, OnlyIntegerCodesHaveARange) {
  for (const DType dtype : {DType::f32, DType::f64, DType::s32, DType::s64, DType::bf16}) {
    QuantParams params;
    params.dtype = dtype;
    EXPECT_DEATH((void)range_of(params), "not an integer code");
  }
}

// Half to even on 8 bits of mantissa; what is finite stays finite.
TEST(Qmath, Bf16AndBack) {
  const float infinity = std::numeric_limits<float>::infinity();
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const std::vector<std::pair<float, float>> cases{
      {1.0F, 1.0F},
      {1.0F + 0x1p-8F, 1.0F},            // half a step above an even mantissa
      {1.0F + 0x3p-8F, 1.0F + 0x1p-6F},  // half a step above an odd one
      {1.0F + 0x1.8p-8F, 1.0F + 0x1p-7F},
      {-0.0F, -0.0F},
      {std::numeric_limits<float>::max(), 0x1.FEp127F},
      {std::numeric_limits<float>::lowest(), -0x1.FEp127F},
      {infinity, infinity},
      {nan, nan}};
  Tensor values(DType::f32, {static_cast<std::int64_t>(cases.size())});
  for (std::size_t i = 0; i < cases.size(); ++i) {
    values.data<float>()[i] = cases[i].first;
  }
  const Tensor coded = to_bf16(values);
  EXPECT_EQ(coded.dtype(), DType::bf16);
  const Tensor back = from_bf16(coded);
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const float found = back.data<float>()[i];
    const float expected = cases[i].second;
    if (std::isnan(expected)) {
      EXPECT_TRUE(std::isnan(found));
    } else {
      EXPECT_EQ(found, expected) << cases[i].first;
      EXPECT_EQ(std::signbit(found), std::signbit(expected));
    }
  }
}

}  // namespace
}  // namespace caloquant
