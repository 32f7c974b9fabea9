#include <cmath>
#include <numeric>

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

float value(EltwiseKind kind, float alpha, float x) {
  return reference_eltwise({kind, alpha}, floats({1, 1}, {x})).data<float>()[0];
}

/// Values from the definitions in ops/schema/op.hpp, computed to 9 digits elsewhere.
TEST(ReferenceEltwise, KnownValues) {
  EXPECT_EQ(value(EltwiseKind::relu, 0, -2.0F), 0.0F);
  EXPECT_EQ(value(EltwiseKind::relu, 0, 9.0F), 9.0F);
  EXPECT_EQ(value(EltwiseKind::relu, 6, 9.0F), 6.0F);
  EXPECT_EQ(value(EltwiseKind::leaky_relu, 0.5F, -2.0F), -1.0F);
  EXPECT_EQ(value(EltwiseKind::leaky_relu, 0.5F, 2.0F), 2.0F);
  EXPECT_FLOAT_EQ(value(EltwiseKind::elu, 2.0F, -1.0F), -1.26424112F);
  EXPECT_FLOAT_EQ(value(EltwiseKind::selu, 0, -1.0F), -1.11133073F);
  EXPECT_FLOAT_EQ(value(EltwiseKind::selu, 0, 2.0F), 2.10140197F);
  EXPECT_FLOAT_EQ(value(EltwiseKind::sigmoid, 0, 1.0F), 0.731058579F);
  EXPECT_EQ(value(EltwiseKind::hard_sigmoid, 0, 1.0F), 0.7F);
  EXPECT_EQ(value(EltwiseKind::hard_sigmoid, 0, 3.0F), 1.0F);
  EXPECT_EQ(value(EltwiseKind::hard_sigmoid, 0, -3.0F), 0.0F);
  EXPECT_FLOAT_EQ(value(EltwiseKind::tanh, 0, 0.5F), 0.462117157F);
  EXPECT_FLOAT_EQ(value(EltwiseKind::softplus, 0, 1.0F), 1.31326169F);
  EXPECT_FLOAT_EQ(value(EltwiseKind::softsign, 0, -3.0F), -0.75F);
  EXPECT_FLOAT_EQ(value(EltwiseKind::exp, 0, 1.0F), 2.71828183F);
  EXPECT_FLOAT_EQ(value(EltwiseKind::swish, 0, 1.0F), 0.731058579F);
  EXPECT_FLOAT_EQ(value(EltwiseKind::gelu, 0, 1.0F), 0.841344746F);
}

TEST(ReferenceEltwise, LargeArgumentsStayFinite) {
  EXPECT_EQ(value(EltwiseKind::softplus, 0, 200.0F), 200.0F);
  EXPECT_EQ(value(EltwiseKind::softplus, 0, -200.0F), 0.0F);
  EXPECT_EQ(value(EltwiseKind::sigmoid, 0, -200.0F), static_cast<float>(std::exp(-200.0)));
  EXPECT_EQ(value(EltwiseKind::swish, 0, 200.0F), 200.0F);
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

}  // namespace
}  // namespace caloquant
