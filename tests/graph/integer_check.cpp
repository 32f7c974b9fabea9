#include "tests/graph/integer_check.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "ops/core/overloaded.hpp"
#include "ops/core/qmath.hpp"
#include "ops/kernels/direct/direct_layer.hpp"
#include "ops/kernels/movement.hpp"
#include "ops/layers/make_layer.hpp"
#include "ops/reference/reference.hpp"

namespace caloquant::testing {
namespace {

std::vector<std::int64_t> to_channels_first(std::size_t rank) {
  std::vector<std::int64_t> axes{0, static_cast<std::int64_t>(rank) - 1};
  for (std::size_t i = 1; i + 1 < rank; ++i) {
    axes.push_back(static_cast<std::int64_t>(i));
  }
  return axes;
}

Tensor copy_of(const Buffer& buffer, const std::byte* bytes) {
  Tensor tensor(buffer.dtype(), buffer.shape);
  std::copy(bytes, bytes + tensor.bytes(), tensor.raw());
  return tensor;
}

/// The cells of a plain or channels-last tensor in the logical order of the graph.
Tensor ordered(const Tensor& memory, const StorageFormat& format) {
  if (format.layout == Layout::plain || memory.shape().size() < 3) {
    return memory;
  }
  const auto permutation = to_channels_first(memory.shape().size());
  Shape shape;
  for (const std::int64_t axis : permutation) {
    shape.push_back(memory.shape()[static_cast<std::size_t>(axis)]);
  }
  Tensor moved(memory.dtype(), shape);
  transpose_cells(memory.raw(), moved.raw(), memory.shape(), permutation, size_of(memory.dtype()));
  return moved;
}

/// The cells of a buffer in the logical order of the graph.
Tensor logical(const Buffer& buffer, const std::byte* bytes) {
  if (buffer.format.layout == Layout::packed) {
    return unpacked(bytes, buffer.packed(), buffer.format.quant, buffer.shape.front());
  }
  return ordered(copy_of(buffer, bytes), buffer.format);
}

/// A value in double and a bound of what f32 arithmetic makes of it: every operation rounds by at
/// most half an ulp, 2^-24 of the largest intermediate; a transcendental function of a library may
/// be off by 1e-5 of max(1, |value|), the bound that oneDNN's own tests use for them.
struct Bounded {
  double value = 0.0;
  double largest = 0.0;  ///< magnitude of an intermediate, in the units of value
  double error = 0.0;

  void rounds(int operations) {
    largest = std::max(largest, std::fabs(value));
    error += operations * std::ldexp(largest, -24);
  }
  void apply(const Eltwise& eltwise) {
    const double low = function(eltwise, value - error);
    const double high = function(eltwise, value + error);
    value = function(eltwise, value);
    error = std::max(std::fabs(high - value), std::fabs(low - value));
    error += is_piecewise(eltwise.kind) ? 0.0 : 1e-5 * std::max(1.0, std::fabs(value));
    largest = std::fabs(value);
    rounds(1);
  }
  void multiply_add(double mul, double add) {
    largest = std::max(largest * std::fabs(mul), std::fabs(add));
    error *= std::fabs(mul);
    value = value * mul + add;
    rounds(3);  // the constants may have been combined with a requantization before
  }

 private:
  static bool is_piecewise(EltwiseKind kind) {
    return kind == EltwiseKind::relu || kind == EltwiseKind::clip ||
           kind == EltwiseKind::leaky_relu;
  }
  static double function(const Eltwise& eltwise, double x) {
    const double alpha = static_cast<double>(eltwise.alpha);
    if (eltwise.kind == EltwiseKind::relu) {
      return std::max(x, 0.0);
    }
    if (eltwise.kind == EltwiseKind::clip) {
      return std::min(std::max(x, alpha), static_cast<double>(eltwise.beta));
    }
    if (eltwise.kind == EltwiseKind::leaky_relu) {
      return x >= 0.0 ? x : alpha * x;
    }
    const float rounded = static_cast<float>(x);
    const Tensor one = Tensor::of<float>({1}, std::span(&rounded, 1));
    return static_cast<double>(reference_eltwise(eltwise, one).data<float>()[0]);
  }
};

Bounded epilogue(const LayerWork& work, std::int32_t sum, std::size_t channel) {
  const auto& scales = work.quant->weight_scales;
  const float scale = work.quant->src.scale * (scales.size() == 1 ? scales[0] : scales[channel]);
  const double bias = work.bias ? static_cast<double>(work.bias->data<float>()[channel]) : 0.0;
  Bounded y{static_cast<double>(sum) * static_cast<double>(scale) + bias, std::fabs(bias), 0.0};
  y.rounds(4);
  for (const EpilogueOp& op : work.epilogue.ops) {
    std::visit(Overloaded{[&](const Eltwise& eltwise) { y.apply(eltwise); },
                          [&](const ChannelAffine& affine) {
                            y.multiply_add(static_cast<double>(affine.mul[channel]),
                                           static_cast<double>(affine.add[channel]));
                          }},
               op);
  }
  if (work.epilogue.dst) {
    const auto step = static_cast<double>(work.epilogue.dst->scale);
    y.multiply_add(1.0 / step, static_cast<double>(work.epilogue.dst->zero_point));
  }
  return y;
}

void compare_cell(const LayerWork& work, const Bounded& exact, double stored, LayerTally& tally) {
  ++tally.cells;
  if (!work.epilogue.dst) {
    tally.wrong += std::fabs(stored - exact.value) > exact.error ? 1 : 0;
    return;
  }
  const QRange range = range_of(*work.epilogue.dst);
  const double expected = std::clamp(std::nearbyint(exact.value), static_cast<double>(range.low),
                                     static_cast<double>(range.high));
  const double from_tie = std::fabs(exact.value - std::floor(exact.value) - 0.5);
  tally.near_ties += from_tie <= exact.error ? 1 : 0;
  if (stored == expected) {
    return;
  }
  const bool is_tie = std::fabs(stored - expected) == 1.0 && from_tie <= exact.error;
  (is_tie ? tally.ties : tally.wrong) += 1;
}

Tensor exact_sums(const LayerWork& work, const Tensor& src) {
  return std::holds_alternative<Conv>(work.op)
             ? exact_conv(std::get<Conv>(work.op), src, work.quant->src, *work.weights)
             : exact_dense(src, work.quant->src, *work.weights);
}

Tensor library_sums(const Step& step, const LayerWork& work, const Buffer& src,
                    const std::byte* bytes, std::string& implementation) {
  const auto kernel = make_layer({step.layer,
                                  work.op,
                                  work.src,
                                  work.dst,
                                  work.weights.get(),
                                  nullptr,
                                  &*work.quant,
                                  {},
                                  DType::s32});
  implementation = kernel->implementation();
  Tensor found(DType::s32, memory_shape(work.dst, src.format.layout));
  kernel->execute(bytes, found.raw());
  const Tensor sums = ordered(found, src.format);
  Tensor floats(DType::f32, sums.shape());
  std::transform(sums.data<std::int32_t>().begin(), sums.data<std::int32_t>().end(),
                 floats.data<float>().begin(),
                 [](std::int32_t sum) { return static_cast<float>(sum); });
  return floats;
}

/// With all scales 1, no bias and no epilogue an f32 dst holds the sums.
Tensor direct_sums(const Step& step, const LayerWork& work, const Buffer& src,
                   const std::byte* bytes, std::string& implementation) {
  LayerQuant ones{work.quant->src, {1.0F}};
  ones.src.scale = 1.0F;
  Buffer dst;
  dst.format.layout = Layout::packed;
  dst.shape = work.dst;
  const auto kernel = make_direct_layer({step.layer,
                                         std::get<Conv>(work.op),
                                         src.packed(),
                                         dst.packed(),
                                         Triple{1, 1, 1},
                                         work.weights.get(),
                                         nullptr,
                                         &ones,
                                         {}},
                                        variant_of(work.kind), active_isa());
  implementation = kernel->implementation();
  std::vector<std::byte> found(dst.bytes());
  kernel->execute(bytes, found.data(), work.src.front());
  return logical(dst, found.data());
}

/// Sums of the kernel on the same bytes.
void expect_equal_sums(const Step& step, const LayerWork& work, const Buffer& src,
                       const std::byte* bytes, const Tensor& sums) {
  std::string implementation;
  const Tensor found = work.kind == LayerKind::library
                           ? library_sums(step, work, src, bytes, implementation)
                           : direct_sums(step, work, src, bytes, implementation);
  std::int64_t different = 0;
  for (std::size_t i = 0; i < sums.data<std::int32_t>().size(); ++i) {
    // Sums pass through f32 on their way out: beyond 2^24 both are rounded alike.
    different += static_cast<float>(sums.data<std::int32_t>()[i]) != found.data<float>()[i];
  }
  EXPECT_EQ(different, 0) << step.layer << " (" << implementation << ")";
}

/// Which sum each stored cell comes from; a DepthToSpace moves them, and drops some.
std::vector<std::size_t> origins(const LayerWork& work, const Shape& stored) {
  Tensor indices(DType::f32, work.dst);
  const auto numbers = indices.data<float>();
  std::iota(numbers.begin(), numbers.end(), 0.0F);
  EXPECT_LT(numbers.size(), std::size_t{1} << 24U);  // exact in f32
  if (work.phases != Triple{1, 1, 1}) {
    DepthToSpace move{{work.phases.begin(), work.phases.end()}, {}};
    for (std::size_t axis = 0; axis < 3; ++axis) {
      move.crop_end.push_back(work.dst[axis + 2] * work.phases[axis] - stored[axis + 2]);
    }
    indices = reference_depth_to_space(move, indices);
  }
  const auto moved = indices.data<float>();
  return {moved.begin(), moved.end()};
}

double cell(const Tensor& tensor, std::size_t index) {
  if (tensor.dtype() == DType::f32) {
    return static_cast<double>(tensor.data<float>()[index]);
  }
  if (tensor.dtype() == DType::u8) {
    return tensor.data<std::uint8_t>()[index];
  }
  if (tensor.dtype() == DType::s16) {
    return tensor.data<std::int16_t>()[index];
  }
  return tensor.data<std::int8_t>()[index];
}

}  // namespace

StepListener IntegerCheck::listener() {
  return [this](const LoweredGraph& graph, std::size_t step, const std::byte* src,
                const std::byte* dst) { judge(graph, step, src, dst); };
}

void IntegerCheck::judge(const LoweredGraph& graph, std::size_t index, const std::byte* src_bytes,
                         const std::byte* dst_bytes) {
  const Step& step = graph.steps[index];
  const auto* work = std::get_if<LayerWork>(&step.work);
  if (work == nullptr || !work->quant) {
    return;
  }
  const Buffer& src = graph.buffers[step.src.front()];
  const Buffer& dst = graph.buffers[step.dst];
  const Tensor sums = exact_sums(*work, logical(src, src_bytes));
  if (checks_sums_) {
    expect_equal_sums(step, *work, src, src_bytes, sums);
  }
  const Tensor stored = logical(dst, dst_bytes);
  const std::vector<std::size_t> from = origins(*work, stored.shape());
  const auto cells = sums.data<std::int32_t>();
  const auto channels = static_cast<std::size_t>(work->dst[1]);
  const std::size_t per_channel = cells.size() / static_cast<std::size_t>(work->dst[0]) / channels;
  LayerTally tally{step.layer, work->epilogue.dst.has_value()};
  for (std::size_t i = 0; i < from.size(); ++i) {
    const Bounded exact = epilogue(*work, cells[from[i]], from[i] / per_channel % channels);
    compare_cell(*work, exact, cell(stored, i), tally);
  }
  tallies_.push_back(tally);
}

}  // namespace caloquant::testing
