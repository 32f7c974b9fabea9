// Integer layers against exact sums: every kernel, u8 and s8, zero points, padding, strides,
// dilations, groups; also with weights and activations at their limits, where kernels without VNNI
// would saturate at 16 bits. Run it with DNNL_MAX_CPU_ISA=AVX2 (or AVX512_CORE) for those machines.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <map>

#include "ops/kernels/movement.hpp"
#include "ops/layers/make_layer.hpp"
#include "ops/onednn/cpu.hpp"
#include "ops/reference/reference.hpp"
#include "ops/schema/infer_shape.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using Maker = std::unique_ptr<LayerKernel> (*)(const LayerProblem&);

std::unique_ptr<LayerKernel> chosen_layer(const LayerProblem& problem) {
  return make_layer(problem);
}

struct Case {
  Conv conv{{1, 1, 1}, {1, 1, 1}, {0, 0, 0}, {0, 0, 0}, 1};
  Shape src;
  Shape weights;
  QuantParams params;
};

class Int8Layer : public testing::PropertyTest {
 protected:
  int number(int low, int high) { return testing::uniform_int(random, low, high); }

  Case random_case() {
    Case c;
    c.conv.groups = number(1, 4) == 1 ? 2 : 1;
    const std::int64_t channels = c.conv.groups * number(1, 5);
    // At least 5 cells: a kernel of 3 with dilation 2 fits without padding.
    c.src = {2, channels, number(5, 8), number(5, 8), number(5, 8)};
    c.weights = {c.conv.groups * number(1, 5), channels / c.conv.groups, number(1, 3), number(1, 3),
                 number(1, 3)};
    for (std::size_t axis = 0; axis < 3; ++axis) {
      c.conv.strides[axis] = number(1, 2);
      c.conv.dilations[axis] = c.weights[axis + 2] > 1 ? number(1, 2) : 1;
      c.conv.pads_begin[axis] = number(0, static_cast<int>(c.weights[axis + 2]) - 1);
      c.conv.pads_end[axis] = number(0, static_cast<int>(c.weights[axis + 2]) - 1);
    }
    const bool u8 = number(0, 1) == 1;
    c.params = {u8 ? DType::u8 : DType::s8, 0.02F, u8 ? number(0, 255) : 0};
    return c;
  }

  /// Bytes, extreme ones half of the time.
  Tensor random_bytes(DType dtype, Shape shape) {
    Tensor tensor(dtype, std::move(shape));
    for (std::size_t i = 0; i < tensor.bytes(); ++i) {
      const int low = dtype == DType::u8 ? 0 : -127;
      const int high = dtype == DType::u8 ? 255 : 127;
      const int value = number(0, 1) == 1 ? number(low, high) : high;
      tensor.raw()[i] = static_cast<std::byte>(value);
    }
    return tensor;
  }

  void expect_exact(const Case& c, Maker make) {
    const Tensor src = random_bytes(c.params.dtype, c.src);
    const Tensor weights = random_bytes(DType::s8, c.weights);
    const Tensor expected = exact_conv(c.conv, src, c.params, weights);
    const LayerQuant quant{c.params, {1.0F}};
    const auto kernel = make({"layer", c.conv, c.src, expected.shape(), &weights, nullptr, &quant,
                              Epilogue{}, DType::s32});
    Tensor memory(c.params.dtype, {c.src[0], c.src[2], c.src[3], c.src[4], c.src[1]});
    transpose_cells(src.raw(), memory.raw(), c.src, {0, 2, 3, 4, 1}, 1);
    const Shape& out = expected.shape();
    Tensor found(DType::s32, {out[0], out[2], out[3], out[4], out[1]});
    kernel->execute(memory.raw(), found.raw());
    Tensor ordered(DType::s32, out);
    transpose_cells(found.raw(), ordered.raw(), found.shape(), {0, 4, 1, 2, 3}, 4);
    for (std::size_t i = 0; i < ordered.data<std::int32_t>().size(); ++i) {
      ASSERT_EQ(ordered.data<std::int32_t>()[i], expected.data<std::int32_t>()[i])
          << kernel->implementation() << ", cell " << i;
    }
  }
};

TEST_F(Int8Layer, ChosenKernelSumsExactly) {
  for (int round = 0; round < 60; ++round) {
    expect_exact(random_case(), chosen_layer);
  }
}

// oneDNN 2.6's AMX kernels lose per-channel post-ops of some shapes; they are not taken.
TEST_F(Int8Layer, ChannelsGetTheirOwnEpilogue) {
  std::map<std::string, int> implementations;
  for (int round = 0; round < 120; ++round) {
    Case c = random_case();
    c.weights[0] = c.conv.groups * number(1, 40);
    const Tensor src = random_bytes(c.params.dtype, c.src);
    const Tensor weights = random_bytes(DType::s8, c.weights);
    const Tensor sums = exact_conv(c.conv, src, c.params, weights);
    const Shape& out = sums.shape();
    ChannelAffine affine;
    for (std::int64_t channel = 0; channel < out[1]; ++channel) {
      affine.mul.push_back(static_cast<float>(number(1, 16)));
      affine.add.push_back(static_cast<float>(number(-16, 16)));
    }
    const LayerQuant quant{c.params, {1.0F}};
    const Epilogue epilogue{{Eltwise{EltwiseKind::relu}, affine}, {}};
    const auto kernel =
        make_layer({"layer", c.conv, c.src, out, &weights, nullptr, &quant, epilogue, DType::f32});
    ++implementations[kernel->implementation()];
    Tensor memory(c.params.dtype, {c.src[0], c.src[2], c.src[3], c.src[4], c.src[1]});
    transpose_cells(src.raw(), memory.raw(), c.src, {0, 2, 3, 4, 1}, 1);
    Tensor found(DType::f32, {out[0], out[2], out[3], out[4], out[1]});
    kernel->execute(memory.raw(), found.raw());
    Tensor ordered(DType::f32, out);
    transpose_cells(found.raw(), ordered.raw(), found.shape(), {0, 4, 1, 2, 3}, 4);
    const std::int64_t cells = out[2] * out[3] * out[4];
    for (std::int64_t i = 0; i < ordered.size(); ++i) {
      const auto channel = static_cast<std::size_t>(i / cells % out[1]);
      const auto sum = static_cast<float>(sums.data<std::int32_t>()[static_cast<std::size_t>(i)]);
      const float product = affine.mul[channel] * std::max(sum * c.params.scale, 0.0F);
      // Three roundings, of the step, the product and the sum.
      const float bound = 3.0F * std::ldexp(product + std::abs(affine.add[channel]), -23);
      ASSERT_NEAR(ordered.data<float>()[static_cast<std::size_t>(i)], product + affine.add[channel],
                  bound)
          << kernel->implementation() << ", cell " << i << " of " << to_string(out);
    }
  }
  for (const auto& [name, times] : implementations) {
    std::cout << name << ": " << times << '\n';
  }
}

TEST_F(Int8Layer, PortableKernelSumsExactly) {
  for (int round = 0; round < 40; ++round) {
    expect_exact(random_case(), make_portable_int8_layer);
  }
}

TEST_F(Int8Layer, DenseSumsExactly) {
  for (const Maker make : {Maker{chosen_layer}, Maker{make_portable_int8_layer}}) {
    for (int round = 0; round < 20; ++round) {
      const std::int64_t inputs = number(1, 70);
      const std::int64_t outputs = number(1, 40);
      const QuantParams params{DType::u8, 0.02F, number(0, 255)};
      const Tensor src = random_bytes(DType::u8, {3, inputs});
      const Tensor weights = random_bytes(DType::s8, {outputs, inputs});
      const Tensor expected = exact_dense(src, params, weights);
      const LayerQuant quant{params, {1.0F}};
      const auto kernel = make({"dense",
                                Dense{},
                                {3, inputs},
                                {3, outputs},
                                &weights,
                                nullptr,
                                &quant,
                                Epilogue{},
                                DType::s32});
      Tensor found(DType::s32, {3, outputs});
      kernel->execute(src.raw(), found.raw());
      for (std::size_t i = 0; i < found.data<std::int32_t>().size(); ++i) {
        ASSERT_EQ(found.data<std::int32_t>()[i], expected.data<std::int32_t>()[i])
            << kernel->implementation();
      }
    }
  }
}

// The shapes of the generators must never fall to oneDNN's reference kernels.
TEST(Int8LayerImplementation, IsNeverOneDnnsReference) {
  const std::vector<std::pair<Shape, Shape>> shapes{
      {{8, 8, 54, 54, 48}, {8, 8, 6, 6, 8}},  {{8, 8, 53, 53, 43}, {6, 8, 4, 4, 6}},
      {{8, 6, 54, 54, 28}, {6, 6, 3, 3, 5}},  {{8, 6, 52, 52, 26}, {1, 6, 2, 2, 2}},
      {{8, 8, 12, 12, 15}, {64, 8, 6, 6, 8}}, {{8, 64, 18, 18, 16}, {6, 64, 6, 5, 8}}};
  for (const auto& [src, weights] : shapes) {
    const Conv conv{{1, 1, 1}, {1, 1, 1}, {0, 0, 0}, {0, 0, 0}, 1};
    const Tensor values(DType::s8, weights);
    const LayerQuant quant{{DType::u8, 0.1F, 7}, {1.0F}};
    const Shape dst = infer_shape(conv, {src, weights}, "layer");
    const std::string name =
        make_layer({"layer", conv, src, dst, &values, nullptr, &quant, Epilogue{}, DType::f32})
            ->implementation();
    EXPECT_EQ(name.find("ref"), std::string::npos) << name;
    if (cpu_report().exact_int8) {
      EXPECT_TRUE(name.find("jit_int8") == 0 || name.find("brgconv") == 0) << name;
    } else {
      EXPECT_EQ(name, "portable_int8");
    }
  }
}

TEST(Int8LayerLimits, RefusesSumsThatMayOverflow) {
  const Tensor weights(DType::s8, {1, 70000});
  const LayerQuant quant{{DType::u8, 1.0F, 0}, {1.0F}};
  EXPECT_NE(testing::message_of([&] {
              (void)make_portable_int8_layer({"wide",
                                              Dense{},
                                              {1, 70000},
                                              {1, 1},
                                              &weights,
                                              nullptr,
                                              &quant,
                                              Epilogue{},
                                              DType::s32});
            }).find("layer 'wide'"),
            std::string::npos);
}

}  // namespace
}  // namespace caloquant
