// The floor under weight scales: every bias, and in int8 bias and sum together, fit 32 bits.

#include "ops/core/weight_scales.hpp"

#include <algorithm>
#include <cmath>

#include "tests/support/support.hpp"

namespace caloquant {
namespace {

constexpr double most_steps = 2147483647.0;  // 2^31 - 1

class WeightFloor : public testing::PropertyTest {
 protected:
  /// [channels, products], each row of a size between 1 and 10^-12.
  Tensor weights(std::int64_t channels, std::int64_t products) {
    Tensor tensor(DType::f32, {channels, products});
    const auto values = tensor.data<float>();
    float size = 1.0F;
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (i % static_cast<std::size_t>(products) == 0) {
        size = std::pow(10.0F, testing::uniform(random, -12.0F, 0.0F));
      }
      values[i] = size * testing::uniform(random, -1.0F, 1.0F);
    }
    return tensor;
  }
  Tensor bias(std::int64_t channels) {
    Tensor tensor(DType::f32, {channels});
    for (float& value : tensor.data<float>()) {
      value = testing::uniform(random, -5.0F, 5.0F);
    }
    return tensor;
  }
  /// u8, s8 or s16 with a scale that covers some range.
  QuantParams any_src() {
    const float high = testing::uniform(random, 0.5F, 20.0F);
    switch (testing::uniform_int(random, 0, 2)) {
      case 0:
        return asymmetric_u8(-0.3F * high, high);
      case 1:
        return symmetric_s8(-high, high);
      default:
        return symmetric_s16(-high, high, 32767);
    }
  }
};

double steps_of(float bias, const LayerQuant& quant, std::size_t channel) {
  return std::fabs(static_cast<double>(bias)) / static_cast<double>(step_of_sums(quant, channel));
}

TEST_F(WeightFloor, EveryBiasFitsAndOrdinaryScalesStay) {
  constexpr std::int64_t channels = 12;
  std::size_t raised = 0;
  std::size_t kept = 0;
  for (int round = 0; round < 100; ++round) {
    const Tensor w = weights(channels, 18);
    const Tensor b = bias(channels);
    const QuantParams src = any_src();
    for (const bool per_channel : {true, false}) {
      const std::vector<float> free = minmax_weight_scales(w, per_channel);
      const LayerQuant quant{src, layer_weight_scales(free, w, src, &b)};
      for (std::size_t c = 0; c < static_cast<std::size_t>(channels); ++c) {
        // 1e-6: the step is rounded to f32.
        EXPECT_LE(steps_of(b.data<float>()[c], quant, c), 0x1p30 * (1.0 + 1e-6));
      }
      for (std::size_t k = 0; k < free.size(); ++k) {
        EXPECT_GE(quant.weight_scales[k], free[k]);
        (quant.weight_scales[k] == free[k] ? kept : raised) += 1;
      }
      // No higher than a bias needs: one of them has its 2^30 steps where a scale was raised.
      for (std::size_t k = 0; k < free.size(); ++k) {
        if (quant.weight_scales[k] > free[k]) {
          double most = 0.0;
          for (std::size_t c = 0; c < static_cast<std::size_t>(channels); ++c) {
            if (!per_channel || c == k) {
              most = std::max(most, steps_of(b.data<float>()[c], quant, c));
            }
          }
          EXPECT_GE(most, 0x1p30 * (1.0 - 1e-6));
        }
      }
      EXPECT_EQ(layer_weight_scales(free, w, {DType::f32, 1.0F, 0}, &b), free);  // of w8
      EXPECT_EQ(layer_weight_scales(free, w, src, nullptr), free);
    }
  }
  EXPECT_GT(raised, 100U);
  EXPECT_GT(kept, 100U);
}

/// 51 x 51 x 25 cells in one Dense: the sums alone may need nearly all of 32 bits.
TEST_F(WeightFloor, SumAndBiasFitTogetherInWideLayers) {
  constexpr std::int64_t products = 51 * 51 * 25;
  for (const float bias_in_sums : {0.0F, 1e-3F, 1.0F, 1e4F, 1e9F}) {
    Tensor w(DType::f32, {2, products});
    for (float& value : w.data<float>()) {
      value = testing::uniform_int(random, 0, 1) == 0 ? 0.01F : -0.01F;  // the widest sums
    }
    const QuantParams src = asymmetric_u8(-1.0F, 3.0F);
    Tensor b(DType::f32, {2});
    b.data<float>()[0] = 255.0F * src.scale * 0.01F * static_cast<float>(products) * bias_in_sums;
    const std::vector<float> free = minmax_weight_scales(w, true);
    const LayerQuant quant{src, layer_weight_scales(free, w, src, &b)};
    const QuantizedWeights q = quantize_weights(w, quant.weight_scales);
    double sum = 0.0;
    for (std::int64_t i = 0; i < products; ++i) {
      sum += std::abs(static_cast<int>(q.values.data<std::int8_t>()[static_cast<std::size_t>(i)]));
    }
    // 130: the step is rounded to f32, 6e-8 of 2^31.
    EXPECT_LE(255.0 * sum + steps_of(b.data<float>()[0], quant, 0), most_steps + 130.0)
        << bias_in_sums;
    EXPECT_EQ(quant.weight_scales[1], free[1]);  // without a bias there is room
    // A bias that a correction wants is refused where it does not fit beside this sum.
    const double room =
        std::min(0x1p30, most_steps - 255.0 * sum) * static_cast<double>(step_of_sums(quant, 0));
    EXPECT_EQ(usable_bias(0.99 * room, -7.0F, q.values, quant, 0), static_cast<float>(0.99 * room));
    EXPECT_EQ(usable_bias(1.01 * room, -7.0F, q.values, quant, 0), -7.0F);
  }
}

}  // namespace
}  // namespace caloquant
