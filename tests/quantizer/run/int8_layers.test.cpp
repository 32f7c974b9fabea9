// AngleGAN with all convolutions in INT8, layer by layer against the exact integer reference: on
// the bytes that really arrive at each layer, the s32 sums are equal and the stored values are
// equal except for single steps where the f32 epilogue lies within its rounding error of a tie.

#include <gtest/gtest.h>

#include <cmath>
#include <iostream>
#include <limits>

#include "calibration/collect.hpp"
#include "calibration/data/latents.hpp"
#include "graph/exec/engine.hpp"
#include "graph/io/keras_reader.hpp"
#include "graph/passes/pass.hpp"
#include "ops/core/overloaded.hpp"
#include "ops/core/qmath.hpp"
#include "ops/kernels/eltwise.hpp"
#include "ops/kernels/layer.hpp"
#include "ops/kernels/movement.hpp"
#include "ops/reference/reference.hpp"
#include "quantizer/plan/make_plan.hpp"
#include "quantizer/run/quantize.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

struct Tally {
  std::int64_t cells = 0;
  std::int64_t ties = 0;   ///< one step off, within rounding of a tie
  std::int64_t wrong = 0;  ///< anything else
};

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

Tensor logical(const Tensor& memory, const Form& form) {
  if (form.layout == Layout::plain || memory.shape().size() < 3) {
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

/// The f32 epilogue of ops/core/epilogue.hpp in double, and a bound of what f32 makes of it: every
/// operation rounds its result by at most half an ulp, 2^-24 of the largest intermediate; there are
/// at most four per ChannelAffine or function, three for scale and bias.
struct Exact {
  double value = 0.0;
  double error = 0.0;
};

Exact epilogue(const LayerWork& work, std::int32_t sum, std::size_t channel) {
  const auto& scales = work.quant->weight_scales;
  const float scale = work.quant->src.scale * (scales.size() == 1 ? scales[0] : scales[channel]);
  Exact y{static_cast<double>(sum) * static_cast<double>(scale), 0.0};
  double largest = std::fabs(y.value);
  int operations = 3;
  if (work.bias) {
    y.value += static_cast<double>(work.bias->data<float>()[channel]);
    largest = std::max(largest, std::fabs(static_cast<double>(work.bias->data<float>()[channel])));
  }
  for (const EpilogueOp& op : work.epilogue.ops) {
    operations += 4;
    std::visit(Overloaded{[&](const Eltwise& eltwise) {
                            ASSERT_EQ(eltwise.kind, EltwiseKind::relu);
                            y.value = std::max(y.value, 0.0);
                          },
                          [&](const ChannelAffine& affine) {
                            const auto mul = static_cast<double>(affine.mul[channel]);
                            y.value = y.value * mul + static_cast<double>(affine.add[channel]);
                            largest =
                                std::max({largest * std::fabs(mul), std::fabs(y.value),
                                          std::fabs(static_cast<double>(affine.add[channel]))});
                          }},
               op);
  }
  if (work.epilogue.dst) {
    operations += 2;
    const auto step = static_cast<double>(work.epilogue.dst->scale);
    y.value = y.value / step + static_cast<double>(work.epilogue.dst->zero_point);
    largest = std::max(largest / step, 255.0);
  }
  y.error = operations * std::ldexp(largest, -24);
  return y;
}

void compare_cell(const LayerWork& work, const Exact& exact, double stored, Tally& tally) {
  ++tally.cells;
  if (!work.epilogue.dst) {
    tally.wrong += std::fabs(stored - exact.value) > exact.error ? 1 : 0;
    return;
  }
  const QRange range = range_of(work.epilogue.dst->dtype);
  const double expected = std::clamp(std::nearbyint(exact.value), static_cast<double>(range.low),
                                     static_cast<double>(range.high));
  if (stored == expected) {
    return;
  }
  const double from_tie = std::fabs(exact.value - std::floor(exact.value) - 0.5);
  const bool is_tie = std::fabs(stored - expected) == 1.0 && from_tie <= exact.error;
  (is_tie ? tally.ties : tally.wrong) += 1;
}

/// s32 sums of the compiled kernel on the same bytes.
void expect_equal_sums(const Step& step, const LayerWork& work, const Buffer& src,
                       const std::byte* bytes, const Tensor& sums) {
  const auto kernel = make_layer({step.layer,
                                  work.op,
                                  work.src,
                                  work.dst,
                                  work.weights.get(),
                                  nullptr,
                                  &*work.quant,
                                  {},
                                  DType::s32});
  Tensor found(DType::s32, memory_shape(work.dst, src.form.layout));
  kernel->execute(bytes, found.raw());
  const Tensor ordered = logical(found, src.form);
  std::int64_t different = 0;
  for (std::size_t i = 0; i < sums.data<std::int32_t>().size(); ++i) {
    // oneDNN passes sums through f32 on their way to s32: beyond 2^24 both are rounded alike.
    different += static_cast<float>(sums.data<std::int32_t>()[i]) !=
                 static_cast<float>(ordered.data<std::int32_t>()[i]);
  }
  EXPECT_EQ(different, 0) << step.layer << " (" << kernel->implementation() << ")";
}

void check_step(const LoweredGraph& graph, std::size_t index, const std::byte* src_bytes,
                const std::byte* dst_bytes, std::vector<std::string>& checked) {
  const Step& step = graph.steps[index];
  const auto* work = std::get_if<LayerWork>(&step.work);
  if (work == nullptr || !work->quant) {
    return;
  }
  const Buffer& src = graph.buffers[step.src.front()];
  const Buffer& dst = graph.buffers[step.dst];
  const Tensor quantized = logical(copy_of(src, src_bytes), src.form);
  const Tensor sums =
      std::holds_alternative<Conv>(work->op)
          ? exact_conv(std::get<Conv>(work->op), quantized, work->quant->src, *work->weights)
          : exact_dense(quantized, work->quant->src, *work->weights);
  expect_equal_sums(step, *work, src, src_bytes, sums);
  const Tensor stored = logical(copy_of(dst, dst_bytes), dst.form);
  const auto cells = sums.data<std::int32_t>();
  const auto channels = static_cast<std::size_t>(work->dst[1]);
  const std::size_t per_channel = cells.size() / static_cast<std::size_t>(work->dst[0]) / channels;
  Tally tally;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const Exact exact = epilogue(*work, cells[i], i / per_channel % channels);
    const double value = dst.dtype() == DType::f32  ? static_cast<double>(stored.data<float>()[i])
                         : dst.dtype() == DType::u8 ? stored.data<std::uint8_t>()[i]
                                                    : stored.data<std::int8_t>()[i];
    compare_cell(*work, exact, value, tally);
  }
  std::cout << "  " << step.layer << ": " << tally.cells << " cells "
            << (work->epilogue.dst ? "requantized" : "to f32") << ", " << tally.ties
            << " one step off at a tie, " << tally.wrong << " wrong\n";
  EXPECT_EQ(tally.wrong, 0) << step.layer;
  checked.push_back(step.layer);
}

void check_anglegan(const Graph& graph, ActivationRule rule) {
  const std::vector<EventLabel> labels{{100.0, 1.2}, {300.0, 1.57}, {50.0, 1.9}, {450.0, 1.1}};
  const InputFiller fill = [&](std::int64_t first, std::int64_t count, std::span<float> input) {
    fill_latents(
        InputRecipe::energy_angle_noise, 7, first,
        std::span(labels).subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(count)),
        256, input);
  };
  const CalibrationTable table =
      collect_ranges(graph, fill, {{0, 4}, 4, {RangeAlgorithm::minmax}, {}});
  TuningConfig config;
  for (const LayerSpec& layer : layer_specs(graph)) {
    config.set(layer.name,
               {Precision::int8, RangeAlgorithm::minmax, true, ActivationType::automatic});
  }
  WeightCache weights;
  const Graph quantized = apply_plan(graph, make_plan(graph, table, config, rule, weights));
  std::vector<std::string> checked;
  const auto engine =
      compile_engine(quantized, 1,
                     [&](const LoweredGraph& lowered, std::size_t step, const std::byte* src,
                         const std::byte* dst) { check_step(lowered, step, src, dst, checked); });
  std::vector<float> input(256);
  std::vector<float> image(51 * 51 * 25);
  fill(0, 1, input);
  const std::span<const float> from = input;
  const std::span<float> into = image;
  engine->run({&from, 1}, {&into, 1});
  EXPECT_EQ(checked.size(), 8U);
}

std::filesystem::path configs() {
  return std::filesystem::path(CALOQUANT_SOURCE_DIR) / "configs";
}

TEST(Int8Layers, DemoWeightsMeasuredRule) {
  check_anglegan(
      canonicalize(read_keras({configs() / "anglegan.json", configs() / "anglegan_demo.hdf5", {}})),
      ActivationRule::measured);
}

TEST(Int8Layers, RandomWeightsIncRule) {
  check_anglegan(canonicalize(read_keras({configs() / "anglegan.json", {}, 11})),
                 ActivationRule::inc_u8_scaled);
}

}  // namespace
}  // namespace caloquant
