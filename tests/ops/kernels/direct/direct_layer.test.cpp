// Direct layers under every instruction set of this machine: integer sums and stored values equal
// to a plain model of ops/kernels/direct/tiles.hpp bit by bit, f32 within rounding.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "ops/core/qmath.hpp"
#include "ops/core/thread_count.hpp"
#include "ops/kernels/direct/direct_layer.hpp"
#include "ops/kernels/direct/kernels.hpp"
#include "ops/reference/reference.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using direct::Lane;

struct Case {
  Conv conv;
  Shape src;  ///< [N, C, D, H, W]
  Shape weights;
  Triple phases{1, 1, 1};
  Triple crop{0, 0, 0};
  std::optional<QuantParams> src_quant;
  Epilogue epilogue;
  bool joined = false;
};

class DirectLayerTest : public testing::PropertyTest {
 protected:
  int number(int low, int high) { return testing::uniform_int(random, low, high); }

  Tensor random_floats(Shape shape) {
    Tensor tensor(DType::f32, std::move(shape));
    for (float& value : tensor.data<float>()) {
      value = testing::uniform(random, -1.0F, 1.0F);
    }
    return tensor;
  }

  /// Extreme values half of the time.
  Tensor random_integers(DType dtype, Shape shape) {
    Tensor tensor(dtype, std::move(shape));
    if (dtype == DType::s16) {
      for (std::int16_t& value : tensor.data<std::int16_t>()) {
        value = static_cast<std::int16_t>(number(0, 1) == 1 ? number(-32767, 32767) : 32767);
      }
      return tensor;
    }
    const int low = dtype == DType::u8 ? 0 : -127;
    const int high = dtype == DType::u8 ? 255 : 127;
    for (std::size_t i = 0; i < tensor.bytes(); ++i) {
      tensor.raw()[i] = static_cast<std::byte>(number(0, 1) == 1 ? number(low, high) : high);
    }
    return tensor;
  }

  QuantParams random_quant() {
    if (number(0, 2) == 0) {
      return {DType::s16, 1e-4F, 0, 32767};
    }
    const bool u8 = number(0, 1) == 1;
    return {u8 ? DType::u8 : DType::s8, 0.02F, u8 ? number(0, 255) : 0};
  }

  Case random_case(DirectVariant variant, bool integer) {
    Case c;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      c.phases[axis] = variant == DirectVariant::channels ? number(1, 3) : 1;
    }
    const std::int64_t phases = c.phases[0] * c.phases[1] * c.phases[2];
    c.src = {2, number(1, 9), number(5, 9), number(5, 9), number(5, 40)};
    c.weights = {phases * number(1, phases > 4 ? 7 : 14), c.src[1], number(1, 3), number(1, 3),
                 number(1, 4)};
    c.conv.groups = 1;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const auto kernel = static_cast<int>(c.weights[axis + 2]);
      const std::size_t strided_axes = variant == DirectVariant::channels ? 3
                                       : variant == DirectVariant::rows   ? 2
                                                                          : 1;
      c.conv.strides.push_back(axis < strided_axes ? number(1, 2) : 1);
      c.conv.dilations.push_back(kernel == 2 ? number(1, 2) : 1);
      c.conv.pads_begin.push_back(number(0, kernel - 1));
      c.conv.pads_end.push_back(number(0, kernel - 1));
      c.crop[axis] = number(0, static_cast<int>(c.phases[axis]) - 1);
    }
    if (integer) {
      c.src_quant = random_quant();
      c.joined =
          variant != DirectVariant::channels && c.conv.dilations.back() == 1 && number(0, 1) == 1;
    }
    add_epilogue(c);
    return c;
  }

  void add_epilogue(Case& c) {
    const auto channels = static_cast<std::size_t>(c.weights[0]);
    switch (number(0, 3)) {
      case 0:
        c.epilogue.ops.emplace_back(Eltwise{EltwiseKind::relu, 0.0F});
        break;
      case 1:
        c.epilogue.ops.emplace_back(clip_between(testing::uniform(random, -1.0F, 0.5F), 1.5F));
        break;
      case 2:
        c.epilogue.ops.emplace_back(Eltwise{EltwiseKind::leaky_relu, 0.3F});
        break;
      default:
        break;
    }
    if (number(0, 1) == 1) {
      ChannelAffine affine{std::vector<float>(channels), std::vector<float>(channels)};
      for (std::size_t i = 0; i < channels; ++i) {
        affine.mul[i] = testing::uniform(random, -2.0F, 2.0F);
        affine.add[i] = testing::uniform(random, -1.0F, 1.0F);
      }
      c.epilogue.ops.emplace_back(std::move(affine));
    }
    if (number(0, 2) > 0) {
      c.epilogue.dst = number(0, 3) == 0 ? QuantParams{DType::bf16, 1.0F, 0} : random_quant();
    }
  }

  void check(const Case& c, DirectVariant variant, Isa isa);
};

Lane lane_for(const std::optional<QuantParams>& quant, Isa isa) {
  if (!quant || quant->dtype == DType::bf16) {
    return Lane::f32;
  }
  return quant->dtype == DType::s16 ? Lane::s16x2 : direct::int8_lane(isa);
}

PackedTensor packed_like(const Shape& shape, Lane lane, const Triple& begin, const Triple& end) {
  return {lane, shape[1], {shape[2], shape[3], shape[4]}, begin, end};
}

/// y of tiles.hpp before it is stored, in f32, operation by operation.
Tensor finished(const Case& c, const Tensor& sums, const std::vector<float>& scales,
                const Tensor& bias) {
  Tensor result(DType::f32, sums.shape());
  const auto channels = static_cast<std::size_t>(sums.shape()[1]);
  const auto block = static_cast<std::size_t>(row_major_strides(sums.shape())[1]);
  for (std::size_t i = 0; i < result.data<float>().size(); ++i) {
    const std::size_t channel = i / block % channels;
    float y = 0.0F;
    if (sums.dtype() == DType::s32) {
      const float scale = c.src_quant->scale * scales[scales.size() == 1 ? 0 : channel];
      y = static_cast<float>(sums.data<std::int32_t>()[i]) * scale;
    } else {
      y = sums.data<float>()[i];
    }
    y = y + bias.data<float>()[channel];
    for (const EpilogueOp& op : c.epilogue.ops) {
      if (const auto* affine = std::get_if<ChannelAffine>(&op)) {
        y = y * affine->mul[channel];
        y = y + affine->add[channel];
      } else {
        const auto& function = std::get<Eltwise>(op);
        if (function.kind == EltwiseKind::leaky_relu) {
          y = y >= 0.0F ? y : y * function.alpha;
        } else if (function.kind == EltwiseKind::clip) {
          y = std::min(std::max(y, function.alpha), function.beta);
        } else {
          y = std::max(y, 0.0F);
        }
      }
    }
    result.data<float>()[i] = y;
  }
  return result;
}

std::int32_t integer_at(const Tensor& tensor, std::size_t i) {
  if (tensor.dtype() == DType::u8) {
    return tensor.data<std::uint8_t>()[i];
  }
  if (tensor.dtype() == DType::s8) {
    return tensor.data<std::int8_t>()[i];
  }
  return tensor.data<std::int16_t>()[i];
}

/// Every lane within a row is what join_lanes() makes of the cells; lanes at its end, which reach
/// beyond it, may hold anything.
void expect_joined(const std::vector<std::uint32_t>& stored, const Tensor& cells,
                   const PackedTensor& tensor, const std::optional<QuantParams>& quant) {
  PackedTensor apart = tensor;
  apart.joined = false;
  std::vector<std::uint32_t> packed(apart.bytes(2) / 4);
  std::vector<std::uint32_t> joined(tensor.bytes(2) / 4);
  pack_cells(cells.raw(), cells.dtype(), CellOrder::channels_first, packed.data(), apart, quant, 2);
  join_lanes(packed.data(), apart, joined.data(), tensor, 2);
  const std::int64_t reach = tensor.cells_of_string();
  for (std::int64_t i = 0; i < 2 * tensor.image(); ++i) {
    if (i % tensor.row() + reach < tensor.row()) {
      ASSERT_EQ(stored[static_cast<std::size_t>(i)], joined[static_cast<std::size_t>(i)]) << i;
    }
  }
}

void DirectLayerTest::check(const Case& c, DirectVariant variant, Isa isa) {
  const bool integer = c.src_quant.has_value();
  const Tensor src = integer ? random_integers(c.src_quant->dtype, c.src) : random_floats(c.src);
  const Tensor weights = integer ? random_integers(DType::s8, c.weights) : random_floats(c.weights);
  const Tensor bias = random_floats({c.weights[0]});
  LayerQuant quant;
  if (integer) {
    quant.src = *c.src_quant;
    quant.weight_scales.assign(number(0, 1) == 1 ? 1 : static_cast<std::size_t>(c.weights[0]),
                               0.001F);
  }
  const Tensor sums = integer ? exact_conv(c.conv, src, *c.src_quant, weights)
                              : reference_conv(c.conv, src, weights, nullptr);
  const Tensor expected =
      reference_depth_to_space({{c.phases.begin(), c.phases.end()}, {c.crop.begin(), c.crop.end()}},
                               finished(c, sums, quant.weight_scales, bias));
  const Triple begin = triple_of(c.conv.pads_begin, 0);
  const Triple end = triple_of(c.conv.pads_end, 0);
  const PackedTensor apart =
      packed_like(c.src, lane_for(c.src_quant, isa), {begin[0] + 1, begin[1], begin[2]}, end);
  PackedTensor into =
      packed_like(expected.shape(), lane_for(c.epilogue.dst, isa), {1, 0, 2}, {0, 1, 1});
  into.joined = c.joined && into.lane != Lane::f32;
  PackedTensor from = apart;
  from.joined = c.joined;
  const auto layer = make_direct_layer({"layer", c.conv, from, into, c.phases, &weights, &bias,
                                        integer ? &quant : nullptr, c.epilogue},
                                       variant, isa);
  std::vector<std::uint32_t> packed(apart.bytes(2) / 4);
  pack_cells(src.raw(), src.dtype(), CellOrder::channels_first, packed.data(), apart, c.src_quant,
             2);
  if (c.joined) {
    std::vector<std::uint32_t> lanes(from.bytes(2) / 4);
    join_lanes(packed.data(), apart, lanes.data(), from, 2);
    packed.swap(lanes);
    const Tensor cells =
        unpacked(reinterpret_cast<const std::byte*>(packed.data()), from, c.src_quant, 2);
    ASSERT_TRUE(std::equal(src.raw(), src.raw() + src.bytes(), cells.raw()));
  }
  std::vector<std::uint32_t> stored(into.bytes(2) / 4, 0xDEADBEEFU);
  layer->execute(reinterpret_cast<const std::byte*>(packed.data()),
                 reinterpret_cast<std::byte*>(stored.data()), 2);
  const Tensor found =
      unpacked(reinterpret_cast<const std::byte*>(stored.data()), into, c.epilogue.dst, 2);
  ASSERT_EQ(found.shape(), expected.shape());
  for (std::size_t i = 0; i < expected.data<float>().size(); ++i) {
    const float want = expected.data<float>()[i];
    if (into.lane == Lane::f32) {
      const float have = found.data<float>()[i];
      const bool rounded = c.epilogue.dst.has_value();
      // f32 sums of at most 9 * 36 products below 1, in another order; integers are exact. A value
      // near a tie may go to the other neighbour of bfloat16.
      const float error = integer ? 0.0F : 324.0F * 324.0F * 0x1p-24F;
      ASSERT_NEAR(have, rounded ? round_to_bf16(want) : want,
                  rounded && !integer ? error + std::fabs(want) * 0x1p-7F : error)
          << layer->implementation();
    } else if (integer) {
      ASSERT_EQ(integer_at(found, i), quantize(want, *c.epilogue.dst)) << layer->implementation();
    } else {
      ASSERT_NEAR(integer_at(found, i), quantize(want, *c.epilogue.dst), 1)
          << layer->implementation();
    }
  }
  // The halo is written, and nothing else: packing the result again gives the same lanes.
  std::vector<std::uint32_t> again(into.bytes(2) / 4, 0xDEADBEEFU);
  pack_cells(found.raw(), found.dtype(), CellOrder::channels_first, again.data(), into,
             c.epilogue.dst, 2);
  const auto used = static_cast<std::ptrdiff_t>(2 * into.image());
  const std::int64_t per_lane = direct::channels_in(into.lane);
  if (into.joined) {
    expect_joined(stored, found, into, c.epilogue.dst);
  } else if (into.channels % per_lane == 0) {  // otherwise lanes have channels that nobody reads
    ASSERT_TRUE(std::equal(stored.begin(), stored.begin() + used, again.begin()));
  }
  ASSERT_TRUE(std::all_of(stored.begin() + used, stored.end(),
                          [](std::uint32_t value) { return value == 0xDEADBEEFU; }));
}

DirectVariant variant_in(int round) {
  constexpr std::array variants{DirectVariant::rows, DirectVariant::planes,
                                DirectVariant::channels};
  return variants[static_cast<std::size_t>(round) % variants.size()];
}

TEST_F(DirectLayerTest, IntegersAreExact) {
  for (const Isa isa : runnable_isas()) {
    for (int round = 0; round < 60; ++round) {
      const DirectVariant variant = variant_in(round);
      check(random_case(variant, true), variant, isa);
      if (HasFatalFailure()) {
        FAIL() << name_of(isa) << ", round " << round;
      }
    }
  }
}

TEST_F(DirectLayerTest, FloatsAreWithinRounding) {
  for (const Isa isa : runnable_isas()) {
    for (int round = 0; round < 60; ++round) {
      const DirectVariant variant = variant_in(round);
      check(random_case(variant, false), variant, isa);
      if (HasFatalFailure()) {
        FAIL() << name_of(isa) << ", round " << round;
      }
    }
  }
}

// Lanes at the border of a joined tensor hold both halo and cells: one thread must write them. More
// threads than processors, so that they overtake each other.
TEST_F(DirectLayerTest, ThreadsLeaveJoinedBordersToOne) {
  for (const Isa isa : runnable_isas()) {
    for (int round = 0; round < 6; ++round) {
      Case c = random_case(round % 2 == 0 ? DirectVariant::rows : DirectVariant::planes, true);
      c.src_quant = QuantParams{DType::s8, 0.02F, 0};
      c.epilogue.dst = c.src_quant;
      c.weights[0] = 6;
      c.conv.dilations = {1, 1, 1};
      c.epilogue.ops.clear();
      c.joined = true;
      const ThreadCount many(8);
      for (int again = 0; again < 10; ++again) {
        check(c, round % 2 == 0 ? DirectVariant::rows : DirectVariant::planes, isa);
        ASSERT_FALSE(HasFatalFailure()) << name_of(isa);
      }
    }
  }
}

}  // namespace
}  // namespace caloquant
