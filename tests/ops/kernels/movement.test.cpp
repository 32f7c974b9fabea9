// Memory-order kernels against the reference operators, and quantization against qmath.

#include "ops/kernels/movement.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "ops/core/qmath.hpp"
#include "ops/reference/reference.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

class Movement : public testing::PropertyTest {
 protected:
  Tensor random_tensor(Shape shape) {
    Tensor tensor(DType::f32, std::move(shape));
    for (float& value : tensor.data<float>()) {
      value = testing::uniform(random, -2.0F, 2.0F);
    }
    return tensor;
  }
  std::int64_t extent() { return testing::uniform_int(random, 1, 5); }
};

Tensor last(const Tensor& tensor) {
  return reference_transpose({{0, 2, 3, 4, 1}}, tensor);
}
Tensor first(const Tensor& tensor) {
  return reference_transpose({{0, 4, 1, 2, 3}}, tensor);
}

void expect_same(const Tensor& found, const Tensor& expected) {
  ASSERT_EQ(found.shape(), expected.shape());
  for (std::size_t i = 0; i < expected.data<float>().size(); ++i) {
    ASSERT_EQ(found.data<float>()[i], expected.data<float>()[i]) << "cell " << i;
  }
}

TEST_F(Movement, QuantizesAsQmathDoes) {
  for (const QuantParams params :
       {QuantParams{DType::u8, 0.037F, 113}, QuantParams{DType::u8, 1.0F, 0},
        QuantParams{DType::s8, 0.5F, 0}, QuantParams{DType::s8, 2e-7F, -5}}) {
    std::vector<float> src;
    for (int q = -400; q <= 400; ++q) {  // every step, every tie, far out of range
      src.push_back(params.scale * static_cast<float>(q));
      src.push_back(params.scale * (static_cast<float>(q) + 0.5F));
      src.push_back(params.scale * testing::uniform(random, -300.0F, 300.0F));
    }
    src.insert(src.end(), {INFINITY, -INFINITY, NAN, 1e30F, -1e30F, 0.0F, -0.0F});
    std::vector<std::byte> found(src.size());
    quantize_cells(src, found.data(), params);
    for (std::size_t i = 0; i < src.size(); ++i) {
      const auto q = params.dtype == DType::u8
                         ? std::to_integer<int>(found[i])
                         : static_cast<int>(static_cast<std::int8_t>(found[i]));
      ASSERT_EQ(q, quantize(src[i], params)) << src[i] << " at scale " << params.scale;
    }
  }
}

TEST_F(Movement, UpsamplesAndPadsAsTheReference) {
  for (int round = 0; round < 20; ++round) {
    const Tensor src = random_tensor({2, extent(), extent(), extent(), extent()});
    const UpsampleNearest up{{extent(), extent(), extent()}};
    const Tensor expected = reference_upsample(up, src);
    const Tensor memory = last(src);
    Tensor found(DType::f32, last(expected).shape());
    upsample_cells(memory.raw(), found.raw(), memory.shape(), up.factors, sizeof(float));
    expect_same(first(found), expected);

    const Pad pad{{0, 0, extent() - 1, extent(), 0}, {0, 0, extent(), 0, extent()}};
    const Tensor padded = reference_pad(pad, src);
    Tensor around(DType::f32, last(padded).shape());
    pad_cells(memory.raw(), around.raw(), memory.shape(),
              {0, pad.begin[2], pad.begin[3], pad.begin[4], 0},
              {0, pad.end[2], pad.end[3], pad.end[4], 0}, sizeof(float), std::byte{0});
    expect_same(first(around), padded);
  }
}

TEST_F(Movement, TransposesAnyPermutation) {
  std::vector<std::int64_t> permutation{0, 1, 2, 3, 4};
  for (int round = 0; round < 20; ++round) {
    std::shuffle(permutation.begin(), permutation.end(), random);
    const Tensor src = random_tensor({extent(), extent(), extent(), extent(), extent()});
    const Tensor expected = reference_transpose({permutation}, src);
    Tensor found(DType::f32, expected.shape());
    transpose_cells(src.raw(), found.raw(), src.shape(), permutation, sizeof(float));
    expect_same(found, expected);
  }
}

TEST_F(Movement, PoolsAsTheReference) {
  for (const PoolKind kind : {PoolKind::max, PoolKind::average}) {
    for (int round = 0; round < 10; ++round) {
      const Tensor src = random_tensor({2, extent(), 5, 4, 6});
      const Pool pool{kind, {2, 3, 2}, {2, 1, extent()}, {1, 0, 0}, {0, 1, 1}};
      const Tensor expected = reference_pool(pool, src);
      const Tensor memory = last(src);
      Tensor found(DType::f32, last(expected).shape());
      pool_cells(pool, memory.data<float>().data(), found.data<float>().data(), memory.shape(),
                 found.shape());
      const Tensor ordered = first(found);
      for (std::size_t i = 0; i < expected.data<float>().size(); ++i) {
        // Both sum in double and round once: at most an ulp of values up to 2.
        ASSERT_NEAR(ordered.data<float>()[i], expected.data<float>()[i], 0x1p-23F);
      }
    }
  }
}

// Of 64,000 cells an f32 sum would be off by up to 64,000 * 2^-24, typically 1e-5 of it.
TEST_F(Movement, AveragesAWholeImage) {
  Tensor src = random_tensor({1, 3, 40, 40, 40});
  for (float& value : src.data<float>()) {
    value = std::fabs(value);
  }
  const Pool pool{PoolKind::average, {40, 40, 40}, {1, 1, 1}, {0, 0, 0}, {0, 0, 0}};
  const Tensor expected = reference_pool(pool, src);
  const Tensor memory = last(src);
  Tensor found(DType::f32, last(expected).shape());
  pool_cells(pool, memory.data<float>().data(), found.data<float>().data(), memory.shape(),
             found.shape());
  for (std::size_t channel = 0; channel < 3; ++channel) {
    EXPECT_NEAR(found.data<float>()[channel], expected.data<float>()[channel], 0x1p-23F);
  }
}

}  // namespace
}  // namespace caloquant
