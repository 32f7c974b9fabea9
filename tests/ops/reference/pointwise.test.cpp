#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <numeric>

#include "ops/kernels/eltwise.hpp"
#include "ops/reference/reference.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

Tensor floats(Shape shape, std::vector<float> values) {
  return Tensor::of<float>(std::move(shape), values);
}

std::vector<float> values_of(const Tensor& tensor) {
  const auto values = tensor.data<float>();
  return {values.begin(), values.end()};
}

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();

float value(const Eltwise& function, float x) {
  const float found = reference_eltwise(function, floats({1, 1}, {x})).data<float>()[0];
  EXPECT_TRUE(std::isnan(found) || found == eltwise_value(function, x) ||
              std::fabs(found - eltwise_value(function, x)) < 1e-5F * std::fabs(found))
      << name_of(function.kind) << " of " << x;
  return found;
}

float value(EltwiseKind kind, float alpha, float x) {
  return value(Eltwise{kind, alpha}, x);
}

/// Values from the definitions in ops/schema/op.hpp, computed to 9 digits elsewhere.
TEST(ReferenceEltwise, KnownValues) {
  EXPECT_EQ(value(EltwiseKind::relu, 0, -2.0F), 0.0F);
  EXPECT_EQ(value(EltwiseKind::relu, 0, 9.0F), 9.0F);
  EXPECT_EQ(value(clip_between(0.0F, 6.0F), 9.0F), 6.0F);
  EXPECT_EQ(value(Eltwise{EltwiseKind::threshold, 1.5F}, 1.5F), 0.0F);
  EXPECT_EQ(value(Eltwise{EltwiseKind::threshold, 1.5F}, -infinity), 0.0F);
  EXPECT_EQ(value(Eltwise{EltwiseKind::threshold, 1.5F}, 1.75F), 1.75F);
  EXPECT_EQ(value(Eltwise{EltwiseKind::threshold, 1.5F, 0.5F}, -2.5F), -2.0F);
  EXPECT_EQ(value(Eltwise{EltwiseKind::hard_sigmoid, 0.5F, 0.25F}, 1.0F), 0.75F);
  EXPECT_EQ(value(EltwiseKind::leaky_relu, 0.5F, -2.0F), -1.0F);
  EXPECT_EQ(value(EltwiseKind::leaky_relu, 0.5F, 2.0F), 2.0F);
  EXPECT_FLOAT_EQ(value(EltwiseKind::elu, 2.0F, -1.0F), -1.26424112F);
  EXPECT_FLOAT_EQ(value(EltwiseKind::selu, 0, -1.0F), -1.11133073F);
  EXPECT_FLOAT_EQ(value(EltwiseKind::selu, 0, 2.0F), 2.10140197F);
  EXPECT_FLOAT_EQ(value(EltwiseKind::sigmoid, 0, 1.0F), 0.731058579F);
  EXPECT_EQ(value(hard_sigmoid_of_keras_2, 1.0F), 0.7F);
  EXPECT_EQ(value(hard_sigmoid_of_keras_2, 3.0F), 1.0F);
  EXPECT_EQ(value(hard_sigmoid_of_keras_2, -3.0F), 0.0F);
  EXPECT_FLOAT_EQ(value(EltwiseKind::tanh, 0, 0.5F), 0.462117157F);
  EXPECT_FLOAT_EQ(value(EltwiseKind::softplus, 0, 1.0F), 1.31326169F);
  EXPECT_FLOAT_EQ(value(EltwiseKind::softsign, 0, -3.0F), -0.75F);
  EXPECT_FLOAT_EQ(value(EltwiseKind::exp, 0, 1.0F), 2.71828183F);
  EXPECT_FLOAT_EQ(value(EltwiseKind::swish, 0, 1.0F), 0.731058579F);
  EXPECT_FLOAT_EQ(value(EltwiseKind::gelu, 0, 1.0F), 0.841344746F);
}

/// Bit by bit: of a value that is within its bounds only its bits tell -0 from 0.
TEST(ReferenceEltwise, BoundsHandOnWhatIsWithin) {
  constexpr float largest = std::numeric_limits<float>::max();
  const auto same_bits = [](float a, float b) {
    return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b);
  };
  for (const Eltwise& function :
       {clip_between(-65504.0F, 65504.0F), clip_between(-1e9F, 1e9F), clip_between(0.0F, infinity),
        clip_between(-largest, largest), clip_between(-infinity, infinity),
        clip_between(-infinity, largest), clip_between(-0.0F, 1.0F), Eltwise{EltwiseKind::relu}}) {
    for (const float x : {0.01F, 1e-42F, 0.99999994F, 0.0F, -0.0F, not_a_number}) {
      const float judge = reference_eltwise(function, floats({1, 1}, {x})).data<float>()[0];
      EXPECT_TRUE(same_bits(judge, x)) << function.alpha << " " << x;
      EXPECT_TRUE(same_bits(eltwise_value(function, x), x)) << function.alpha << " " << x;
    }
  }
  EXPECT_EQ(value(clip_between(-largest, largest), infinity), largest);
  EXPECT_EQ(value(clip_between(-largest, largest), -infinity), -largest);
  EXPECT_EQ(value(clip_between(-infinity, infinity), infinity), infinity);
}

/// ONNX and numpy: above all the upper bound holds.
TEST(ReferenceEltwise, CrossedBounds) {
  EXPECT_EQ(clip_between(3.0F, -2.0F), clip_between(-2.0F, -2.0F));
  for (const float x : {-5.0F, 0.0F, 5.0F, infinity}) {
    EXPECT_EQ(value(clip_between(3.0F, -2.0F), x), -2.0F);
  }
}

TEST(ReferenceEltwise, LargeArgumentsStayFinite) {
  EXPECT_EQ(value(EltwiseKind::softplus, 0, 200.0F), 200.0F);
  EXPECT_EQ(value(EltwiseKind::softplus, 0, -200.0F), 0.0F);
  EXPECT_EQ(value(EltwiseKind::sigmoid, 0, -200.0F), static_cast<float>(std::exp(-200.0)));
  EXPECT_EQ(value(EltwiseKind::swish, 0, 200.0F), 200.0F);
}

TEST(ReferenceExtremum, ByHand) {
  const Tensor a = floats({1, 2, 3}, {1, -2, 3, not_a_number, 5, infinity});
  const Tensor b = floats({1, 2, 3}, {0, 4, 3, 1, not_a_number, 7});
  const Tensor c = floats({2}, {2, 6});
  const auto check = [&](ExtremumKind kind, const std::vector<float>& expected) {
    const Tensor found = reference_extremum({kind}, std::array{&a, &b, &c});
    for (std::size_t i = 0; i < expected.size(); ++i) {
      const float value = found.data<float>()[i];
      EXPECT_TRUE(value == expected[i] || (std::isnan(value) && std::isnan(expected[i])))
          << i << ": " << value;
    }
  };
  check(ExtremumKind::maximum, {2, 4, 3, not_a_number, not_a_number, infinity});
  check(ExtremumKind::minimum, {0, -2, 2, not_a_number, not_a_number, 6});
}

class ReferencePointwiseProperty : public testing::PropertyTest {
 protected:
  Tensor random_tensor(const Shape& shape, float low, float high) {
    Tensor tensor(DType::f32, shape);
    for (float& x : tensor.data<float>()) {
      x = testing::uniform(random, low, high);
    }
    return tensor;
  }
};

TEST_F(ReferencePointwiseProperty, SoftmaxSumsToOneAlongItsAxis) {
  const Tensor src = random_tensor({2, 3, 4}, -50.0F, 50.0F);
  for (const std::int64_t axis : {1, 2}) {
    const Tensor dst = reference_softmax({axis}, src);
    const Shape strides = row_major_strides(src.shape());
    const auto stride = static_cast<std::size_t>(strides[static_cast<std::size_t>(axis)]);
    const auto count = static_cast<std::size_t>(src.shape()[static_cast<std::size_t>(axis)]);
    for (std::size_t i = 0; i < dst.data<float>().size(); ++i) {
      if (i / stride % count != 0) {
        continue;
      }
      double sum = 0.0;
      for (std::size_t j = 0; j < count; ++j) {
        sum += static_cast<double>(dst.data<float>()[i + j * stride]);
      }
      EXPECT_NEAR(sum, 1.0, 4 * 0x1p-24) << "axis " << axis;  // each of 4 parts rounds once
    }
  }
}

TEST(ReferenceSoftmax, HandComputed) {
  const Tensor dst = reference_softmax({1}, floats({1, 2}, {0.0F, std::log(3.0F)}));
  EXPECT_FLOAT_EQ(dst.data<float>()[0], 0.25F);
  EXPECT_FLOAT_EQ(dst.data<float>()[1], 0.75F);
}

TEST(ReferencePointwise, AddAndChannelFunctions) {
  const Tensor a = floats({1, 2, 2}, {1, 2, 3, 4});
  const Tensor b = floats({1, 2, 2}, {10, 20, 30, 40});
  const Tensor* const inputs[] = {&a, &b, &a};
  EXPECT_EQ(values_of(reference_add(inputs)), (std::vector<float>{12, 24, 36, 48}));
  EXPECT_EQ(values_of(reference_affine(a, floats({2}, {2, -1}), floats({2}, {0.5F, 0}))),
            (std::vector<float>{2.5F, 4.5F, -3, -4}));
  const Tensor norm =
      reference_batch_norm({1.0}, a, floats({2}, {2, 3}), floats({2}, {0, 10}), floats({2}, {1, 4}),
                           floats({2}, {3, 8}));  // deviations sqrt(3 + 1) = 2 and sqrt(8 + 1) = 3
  EXPECT_EQ(values_of(norm), (std::vector<float>{0, 1, 9, 10}));
}

TEST(ReferencePool, HandComputed) {
  const Tensor src = floats({1, 1, 5}, {1, -2, 3, -4, 5});
  EXPECT_EQ(values_of(reference_pool({PoolKind::max, {2}, {2}, {0}, {1}}, src)),
            (std::vector<float>{1, 3, 5}));
  EXPECT_EQ(values_of(reference_pool({PoolKind::average, {3}, {2}, {1}, {1}}, src)),
            (std::vector<float>{-0.5F, -1, 0.5F}));
  EXPECT_EQ(
      values_of(reference_pool({PoolKind::max, {2}, {1}, {1}, {0}}, floats({1, 1, 2}, {-3, -4}))),
      (std::vector<float>{-3, -3}));  // padding is not a zero that wins
}

TEST(ReferencePool, WindowsInThreeAxes) {
  std::vector<float> values(24);
  std::iota(values.begin(), values.end(), 0.0F);
  const Tensor src = floats({1, 1, 2, 3, 4}, values);
  const Shape zeros{0, 0, 0};
  EXPECT_EQ(values_of(reference_pool({PoolKind::max, {1, 2, 3}, {1, 1, 1}, zeros, zeros}, src)),
            (std::vector<float>{6, 7, 10, 11, 18, 19, 22, 23}));
  EXPECT_EQ(values_of(reference_pool({PoolKind::average, {2, 3, 4}, {1, 1, 1}, zeros, zeros}, src)),
            (std::vector<float>{11.5F}));
}

TEST_F(ReferencePointwiseProperty, JoinedBoundsAreTheSameAsBoth) {
  const auto number = [&] {
    const float numbers[] = {-infinity, infinity, -1e9F, 1e9F, 0.0F, 6.0F, 1e-30F};
    const int at = testing::uniform_int(random, 0, 13);
    return at < 7 ? numbers[at] : testing::uniform(random, -3.0F, 3.0F);
  };
  const auto function = [&]() -> Eltwise {
    const float low = number();
    return testing::uniform_int(random, 0, 3) == 0 ? Eltwise{EltwiseKind::relu}
                                                   : clip_between(low, number());
  };
  for (int round = 0; round < 1000; ++round) {
    const Eltwise first = function();
    const Eltwise second = function();
    const auto joined = joined_bounds(first, second);
    ASSERT_TRUE(joined.has_value());
    for (int i = 0; i < 10; ++i) {
      const float x = number();
      EXPECT_EQ(eltwise_value(*joined, x), eltwise_value(second, eltwise_value(first, x)))
          << first.alpha << " " << first.beta << " " << second.alpha << " " << second.beta << " "
          << x;
    }
  }
  EXPECT_FALSE(joined_bounds(Eltwise{EltwiseKind::relu}, Eltwise{EltwiseKind::tanh}));
  EXPECT_FALSE(joined_bounds(Eltwise{EltwiseKind::leaky_relu}, clip_between(0.0F, 1.0F)));
}

}  // namespace
}  // namespace caloquant
