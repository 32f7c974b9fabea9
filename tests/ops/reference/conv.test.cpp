#include <gmock/gmock.h>

#include <algorithm>

#include "ops/reference/reference.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using testing::uniform_int;

Tensor floats(Shape shape, std::vector<float> values) {
  return Tensor::of<float>(std::move(shape), values);
}

std::vector<float> values_of(const Tensor& tensor) {
  const auto values = tensor.data<float>();
  return {values.begin(), values.end()};
}

TEST(ReferenceConv, HandComputed) {
  const Tensor src = floats({1, 1, 4}, {1, 2, 3, 4});
  const Tensor weights = floats({1, 1, 2}, {10, 1});
  EXPECT_EQ(values_of(reference_conv({{1}, {1}, {0}, {0}, 1}, src, weights, nullptr)),
            (std::vector<float>{12, 23, 34}));
  EXPECT_EQ(values_of(reference_conv({{2}, {1}, {0}, {0}, 1}, src, weights, nullptr)),
            (std::vector<float>{12, 34}));
  EXPECT_EQ(values_of(reference_conv({{1}, {3}, {0}, {0}, 1}, src, weights, nullptr)),
            (std::vector<float>{14}));
  const Tensor bias = floats({1}, {100});
  EXPECT_EQ(values_of(reference_conv({{1}, {1}, {1}, {2}, 1}, src, weights, &bias)),
            (std::vector<float>{101, 112, 123, 134, 140, 100}));
}

/// One random convolution of small integers.
struct Problem {
  Conv conv;
  Shape src;
  Shape weights;
};

class ReferenceConvProperty : public testing::PropertyTest {
 protected:
  Problem random_problem() {
    const int axes = uniform_int(random, 1, 3);
    const std::int64_t groups = uniform_int(random, 1, 2);
    Problem p;
    p.conv.groups = groups;
    const std::int64_t group_in = uniform_int(random, 1, 3);
    p.src = {uniform_int(random, 1, 2), groups * group_in};
    p.weights = {groups * uniform_int(random, 1, 2), group_in};
    for (int i = 0; i < axes; ++i) {
      p.conv.strides.push_back(uniform_int(random, 1, 3));
      p.conv.dilations.push_back(uniform_int(random, 1, 2));
      p.conv.pads_begin.push_back(uniform_int(random, 0, 3));
      p.conv.pads_end.push_back(uniform_int(random, 0, 3));
      p.weights.push_back(uniform_int(random, 1, 3));
      const std::int64_t reach = (p.weights.back() - 1) * p.conv.dilations.back() + 1;
      p.src.push_back(uniform_int(random, static_cast<int>(reach), static_cast<int>(reach) + 4));
    }
    return p;
  }

  template <typename T>
  Tensor integers(const Shape& shape, int low, int high) {
    Tensor tensor(DTypeOf<T>::value, shape);
    for (T& value : tensor.data<T>()) {
      value = static_cast<T>(uniform_int(random, low, high));
    }
    return tensor;
  }
};

/// The definition, index by index in three axes: sum over taps inside the source.
template <typename T>
std::vector<std::int64_t> by_definition(const Problem& p, const Tensor& src, std::int64_t zero,
                                        const Tensor& weights, const Shape& dst) {
  const auto lifted = [](const Shape& shape, std::int64_t fill) {
    Shape result(3 - shape.size(), fill);
    result.insert(result.end(), shape.begin(), shape.end());
    return result;
  };
  const auto tail = [&](const Shape& shape) { return lifted({shape.begin() + 2, shape.end()}, 1); };
  const Shape in = tail(p.src);
  const Shape kernel = tail(p.weights);
  const Shape out = tail(dst);
  const Shape strides = lifted(p.conv.strides, 1);
  const Shape dilations = lifted(p.conv.dilations, 1);
  const Shape pads = lifted(p.conv.pads_begin, 0);
  const std::int64_t taps = kernel[0] * kernel[1] * kernel[2];
  const std::int64_t cells = out[0] * out[1] * out[2];
  const std::int64_t per_group = dst[1] / p.conv.groups;
  std::vector<std::int64_t> sums;
  for (std::int64_t item = 0; item < dst[0] * dst[1] * cells; ++item) {
    const std::int64_t n = item / cells / dst[1];
    const std::int64_t oc = item / cells % dst[1];
    const Shape at{item % cells / (out[1] * out[2]), item / out[2] % out[1], item % out[2]};
    std::int64_t sum = 0;
    for (std::int64_t tap = 0; tap < p.weights[1] * taps; ++tap) {
      const std::int64_t ic = oc / per_group * p.weights[1] + tap / taps;
      const Shape k{tap % taps / (kernel[1] * kernel[2]), tap / kernel[2] % kernel[1],
                    tap % kernel[2]};
      std::int64_t index = n * p.src[1] + ic;
      bool inside = true;
      for (std::size_t i = 0; i < 3; ++i) {
        const std::int64_t s = at[i] * strides[i] + k[i] * dilations[i] - pads[i];
        inside = inside && s >= 0 && s < in[i];
        index = index * in[i] + s;
      }
      if (inside) {
        const auto x = static_cast<std::int64_t>(src.data<T>()[static_cast<std::size_t>(index)]);
        const auto w = static_cast<std::int64_t>(
            weights.data<std::int8_t>()[static_cast<std::size_t>(oc * p.weights[1] * taps + tap)]);
        sum += (x - zero) * w;
      }
    }
    sums.push_back(sum);
  }
  return sums;
}

TEST_F(ReferenceConvProperty, ExactSumsAreTheDefinition) {
  for (int i = 0; i < 60; ++i) {
    const Problem p = random_problem();
    const Tensor weights = integers<std::int8_t>(p.weights, -127, 127);
    const QuantParams u8{DType::u8, 0.1F, uniform_int(random, 0, 255)};
    const Tensor unsigned_src = integers<std::uint8_t>(p.src, 0, 255);
    const Tensor sums = exact_conv(p.conv, unsigned_src, u8, weights);
    const auto expected =
        by_definition<std::uint8_t>(p, unsigned_src, u8.zero_point, weights, sums.shape());
    EXPECT_TRUE(std::equal(expected.begin(), expected.end(), sums.data<std::int32_t>().begin()))
        << "src " << to_string(p.src) << " weights " << to_string(p.weights);
    const QuantParams s8{DType::s8, 0.1F, uniform_int(random, -128, 127)};
    const Tensor signed_src = integers<std::int8_t>(p.src, -128, 127);
    const Tensor signed_sums = exact_conv(p.conv, signed_src, s8, weights);
    const auto signed_expected =
        by_definition<std::int8_t>(p, signed_src, s8.zero_point, weights, sums.shape());
    EXPECT_TRUE(std::equal(signed_expected.begin(), signed_expected.end(),
                           signed_sums.data<std::int32_t>().begin()));
  }
}

/// On small integers f32 arithmetic is exact too, so both kernels must agree bit for bit.
TEST_F(ReferenceConvProperty, FloatEqualsExactOnIntegers) {
  for (int i = 0; i < 30; ++i) {
    const Problem p = random_problem();
    const Tensor q_src = integers<std::uint8_t>(p.src, 0, 255);
    const Tensor q_weights = integers<std::int8_t>(p.weights, -127, 127);
    const auto from = q_src.data<std::uint8_t>();
    const auto by = q_weights.data<std::int8_t>();
    const Tensor src = floats(p.src, {from.begin(), from.end()});
    const Tensor weights = floats(p.weights, {by.begin(), by.end()});
    const Tensor dst = reference_conv(p.conv, src, weights, nullptr);
    const Tensor sums = exact_conv(p.conv, q_src, {DType::u8, 1.0F, 0}, q_weights);
    EXPECT_EQ(dst.shape(), sums.shape());
    EXPECT_TRUE(std::equal(dst.data<float>().begin(), dst.data<float>().end(),
                           sums.data<std::int32_t>().begin(),
                           [](float a, std::int32_t b) { return a == static_cast<float>(b); }));
  }
}

TEST(ReferenceDense, HandComputedOnTheLastAxis) {
  const Tensor src = floats({1, 2, 3}, {1, 2, 3, 4, 5, 6});
  const Tensor weights = floats({2, 3}, {1, 10, 100, 0, 0, 1});
  const Tensor bias = floats({2}, {0.5F, -1});
  const Tensor dst = reference_dense(src, weights, &bias);
  EXPECT_EQ(dst.shape(), (Shape{1, 2, 2}));
  EXPECT_EQ(values_of(dst), (std::vector<float>{321.5F, 2, 654.5F, 5}));
}

TEST(ReferenceDense, ExactSums) {
  const Tensor src = Tensor::of<std::uint8_t>({1, 3}, std::vector<std::uint8_t>{0, 10, 255});
  const Tensor weights =
      Tensor::of<std::int8_t>({2, 3}, std::vector<std::int8_t>{1, 2, 3, -127, 0, 127});
  const Tensor sums = exact_dense(src, {DType::u8, 1.0F, 10}, weights);
  EXPECT_EQ(sums.data<std::int32_t>()[0], -10 + 0 + 245 * 3);
  EXPECT_EQ(sums.data<std::int32_t>()[1], 10 * 127 + 245 * 127);
}

/// 255 * 127 * 70000 = 2.27e9 is beyond 2^31 = 2.147e9; 66000 terms (2.137e9) still fit.
TEST(ReferenceDense, RefusesSumsBeyond32Bits) {
  const auto sum_of = [](std::int64_t inputs) {
    Tensor src(DType::u8, {1, inputs});
    std::ranges::fill(src.data<std::uint8_t>(), std::uint8_t{255});
    Tensor weights(DType::s8, {1, inputs});
    std::ranges::fill(weights.data<std::int8_t>(), std::int8_t{127});
    return exact_dense(src, {DType::u8, 1.0F, 0}, weights).data<std::int32_t>()[0];
  };
  EXPECT_EQ(sum_of(66000), 255 * 127 * 66000);
  EXPECT_THAT(testing::message_of([&] { (void)sum_of(70000); }),
              ::testing::HasSubstr("does not fit 32 bits"));
}

}  // namespace
}  // namespace caloquant
