// Layers of bfloat16 numbers in oneDNN: multiplied as such where the processor can, as floats
// elsewhere. Both must be within the rounding of f32 sums of the exact result.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <set>

#include "ops/core/qmath.hpp"
#include "ops/kernels/movement.hpp"
#include "ops/onednn/cpu.hpp"
#include "ops/onednn/layer.hpp"
#include "ops/reference/reference.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

class Bf16Layer : public testing::PropertyTest {
 protected:
  int number(int low, int high) { return testing::uniform_int(random, low, high); }

  Tensor random_bf16(Shape shape) {
    Tensor tensor(DType::f32, std::move(shape));
    for (float& value : tensor.data<float>()) {
      value = round_to_bf16(testing::uniform(random, -1.0F, 1.0F));
    }
    return tensor;
  }

  static Tensor magnitudes(const Tensor& tensor) {
    Tensor result = tensor;
    for (float& value : result.data<float>()) {
      value = std::fabs(value);
    }
    return result;
  }

  /// `sizes`: the same result of magnitudes: what errors of sums of `terms` numbers scale with.
  static void expect_close(const Tensor& found, const Tensor& expected, const Tensor& sizes,
                           std::int64_t terms, const std::string& implementation) {
    const float bound = static_cast<float>(terms + 2) * std::ldexp(1.0F, -23);
    for (std::size_t i = 0; i < expected.data<float>().size(); ++i) {
      ASSERT_NEAR(found.data<float>()[i], expected.data<float>()[i], bound * sizes.data<float>()[i])
          << implementation << ", cell " << i;
    }
  }
};

TEST_F(Bf16Layer, ConvolutionsAreExactButForTheirSums) {
  std::set<std::string> implementations;
  for (int round = 0; round < 60; ++round) {
    const Shape src_shape{2, number(1, 20), number(3, 7), number(3, 7), number(3, 7)};
    const Shape weights_shape{number(1, 20), src_shape[1], number(1, 3), number(1, 3),
                              number(1, 3)};
    Conv conv{{1, 1, 1}, {1, 1, 1}, {0, 0, 0}, {0, 0, 0}, 1};
    for (std::size_t axis = 0; axis < 3; ++axis) {
      conv.pads_begin[axis] = number(0, static_cast<int>(weights_shape[axis + 2]) - 1);
      conv.pads_end[axis] = number(0, static_cast<int>(weights_shape[axis + 2]) - 1);
    }
    const Tensor src = random_bf16(src_shape);
    const Tensor weights = random_bf16(weights_shape);
    const Tensor bias = random_bf16({weights_shape[0]});
    Tensor expected = reference_conv(conv, src, weights, &bias);
    LayerProblem problem{"layer", conv, src_shape, expected.shape(), &weights, &bias, nullptr, {}};
    problem.bf16 = true;
    ChannelAffine affine{std::vector<float>(static_cast<std::size_t>(weights_shape[0]), 1.0F),
                         std::vector<float>(static_cast<std::size_t>(weights_shape[0]), 0.0F)};
    if (round % 2 == 1) {
      std::ranges::generate(affine.mul, [&] { return static_cast<float>(number(1, 16)); });
      std::ranges::generate(affine.add, [&] { return static_cast<float>(number(-16, 16)); });
      problem.epilogue.ops.emplace_back(affine);
    }
    const auto kernel = make_onednn_layer(problem);
    implementations.insert(kernel->implementation());
    Tensor memory(DType::f32, {2, src_shape[2], src_shape[3], src_shape[4], src_shape[1]});
    transpose_cells(src.raw(), memory.raw(), src_shape, {0, 2, 3, 4, 1}, 4);
    const Shape& out = expected.shape();
    Tensor stored(DType::f32, {out[0], out[2], out[3], out[4], out[1]});
    kernel->execute(memory.raw(), stored.raw());
    Tensor found(DType::f32, out);
    transpose_cells(stored.raw(), found.raw(), stored.shape(), {0, 4, 1, 2, 3}, 4);
    const Tensor sizes = reference_conv(conv, magnitudes(src), magnitudes(weights), nullptr);
    Tensor with_bias = sizes;
    const std::int64_t cells = out[2] * out[3] * out[4];
    for (std::size_t i = 0; i < with_bias.data<float>().size(); ++i) {
      const auto channel = static_cast<std::size_t>(static_cast<std::int64_t>(i) / cells % out[1]);
      float& size = with_bias.data<float>()[i];
      size = (size + 1.0F) * affine.mul[channel] + std::abs(affine.add[channel]);
      float& value = expected.data<float>()[i];
      value = value * affine.mul[channel] + affine.add[channel];
    }
    const std::int64_t terms = weights.size() / weights_shape[0] + 3;
    expect_close(found, expected, with_bias, terms, kernel->implementation());
  }
  std::cout << "native bf16: " << cpu_report().native_bf16 << ", implementations:";
  for (const std::string& implementation : implementations) {
    std::cout << ' ' << implementation;
  }
  std::cout << '\n';
}

TEST_F(Bf16Layer, DenseToo) {
  const Tensor src = random_bf16({7, 33});
  const Tensor weights = random_bf16({10, 33});
  const Tensor expected = reference_dense(src, weights, nullptr);
  LayerProblem problem{"layer",  Dense{}, src.shape(), expected.shape(),
                       &weights, nullptr, nullptr,     {}};
  problem.bf16 = true;
  const auto kernel = make_onednn_layer(problem);
  Tensor found(DType::f32, expected.shape());
  kernel->execute(src.raw(), found.raw());
  expect_close(found, expected, reference_dense(magnitudes(src), magnitudes(weights), nullptr), 33,
               kernel->implementation());
}

}  // namespace
}  // namespace caloquant
