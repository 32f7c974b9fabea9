// Weights, biases and activations over the whole range of f32, in every precision: no scale, bias
// or step of the sums is denormal or infinite, and what is written computes its samples.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <caloquant/error.hpp>
#include <cmath>
#include <limits>

#include "calibration/collect/collect.hpp"
#include "graph/exec/engine.hpp"
#include "graph/io/native/native_format.hpp"
#include "graph/ir/editor.hpp"
#include "ops/core/qmath.hpp"
#include "ops/core/weight_scales.hpp"
#include "quantizer/plan/make_plan.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

constexpr std::int64_t rows = 8;
constexpr std::int64_t inputs = 6;
constexpr std::int64_t hidden = 5;
constexpr std::int64_t outputs = 3;
constexpr float largest = std::numeric_limits<float>::max();

class ExtremeNumbers : public testing::PropertyTest {
 protected:
  float any_number() {
    const auto value = std::bit_cast<float>(static_cast<std::uint32_t>(random()));
    return std::isfinite(value) ? value : largest;
  }

  /// A size for the numbers of one channel.
  float any_size() {
    constexpr std::array sizes{1.0F,   0.0F,  1e-33F, 1e-39F, 0x1p-149F,
                               1e-20F, 1e12F, 1e30F,  largest};
    const int which = testing::uniform_int(random, 0, static_cast<int>(sizes.size()));
    return which == static_cast<int>(sizes.size()) ? std::fabs(any_number())
                                                   : sizes[static_cast<std::size_t>(which)];
  }

  /// [rows, columns], a size for each row (or one for all, half of the time).
  Tensor numbers(const Shape& shape) {
    Tensor tensor(DType::f32, shape);
    const auto values = tensor.data<float>();
    const std::size_t stride = values.size() / static_cast<std::size_t>(shape[0]);
    const bool mixed = testing::uniform_int(random, 0, 1) == 1;
    float size = any_size();
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (mixed && i % stride == 0) {
        size = any_size();
      }
      values[i] = size * testing::uniform(random, -1.0F, 1.0F);
    }
    return tensor;
  }

  Graph network() {
    GraphEditor editor("extreme");
    ValueId x = editor.add_input("x", {dynamic, inputs});
    x = editor.add_node("first", Dense{},
                        {x, editor.add_constant("w1", numbers({hidden, inputs})),
                         editor.add_constant("b1", numbers({hidden}))});
    x = editor.add_node("relu", Eltwise{EltwiseKind::relu, 0.0F}, {x});
    x = editor.add_node("second", Dense{},
                        {x, editor.add_constant("w2", numbers({outputs, hidden})),
                         editor.add_constant("b2", numbers({outputs}))});
    editor.add_output("y", x);
    return editor.finish();
  }
};

Tensor computed(const Graph& graph, const Tensor& x) {
  const auto engine = compile_engine(graph, rows);
  Tensor y(DType::f32, {rows, outputs});
  const std::span<const float> from = x.data<float>();
  const std::span<float> into = y.data<float>();
  engine->run({&from, 1}, {&into, 1});
  return y;
}

bool finite(const Tensor& tensor) {
  return std::ranges::all_of(tensor.data<float>(),
                             [](float value) { return std::isfinite(value); });
}

void expect_sound(const LayerPlan& plan, const Tensor* bias) {
  const LayerQuant& quant = plan.quant;
  EXPECT_TRUE(std::isnormal(quant.src.scale)) << quant.src.scale;
  EXPECT_EQ(quant_problem(quant, bias), "");
  if (is_integer(quant.src)) {
    const QRange range = range_of(quant.src);
    EXPECT_TRUE(std::isfinite(dequantize(range.low, quant.src))) << quant.src.scale;
    EXPECT_TRUE(std::isfinite(dequantize(range.high, quant.src))) << quant.src.scale;
  }
  for (std::size_t c = 0; quant.src.dtype != DType::bf16 && c < quant.weight_scales.size(); ++c) {
    const float scale = quant.weight_scales[c];
    const float step = quant.src.scale * scale;
    EXPECT_TRUE(std::isnormal(scale) && std::isfinite(127.0F * scale)) << scale;
    EXPECT_TRUE(std::isnormal(step)) << quant.src.scale << " * " << scale;
    const float own = bias == nullptr ? 0.0F : bias->data<float>()[c];
    // Where not even the largest weight scale gives steps of that size, the bias stays f32.
    if (is_integer(quant.src) && scale < largest / 200.0F) {
      EXPECT_LE(std::fabs(own / step), 1.0001F * largest_bias_steps);
    }
  }
  if (plan.weights->dtype() == DType::bf16) {
    EXPECT_TRUE(finite(from_bf16(*plan.weights)));
  }
}

TEST_F(ExtremeNumbers, EveryPlanIsFiniteAndComputesItsSamples) {
  const testing::TempDir folder;
  int planned = 0;
  for (int repetition = 0; repetition < 60; ++repetition) {
    const Graph graph = network();
    Tensor x(DType::f32, {rows, inputs});
    const float size = any_size();
    for (float& value : x.data<float>()) {
      value = size * testing::uniform(random, -1.0F, 1.0F);
    }
    const InputFiller fill = [&](std::int64_t first, std::int64_t count,
                                 std::span<const std::span<float>> into) {
      const auto part = std::as_const(x).data<float>().subspan(
          static_cast<std::size_t>(first * inputs), static_cast<std::size_t>(count * inputs));
      std::copy(part.begin(), part.end(), into[0].begin());
    };
    CalibrationTable table;
    try {
      table = collect_ranges(graph, fill, {{0, rows}, rows, {RangeAlgorithm::automatic}, {}});
    } catch (const DataError&) {
      continue;  // the fp32 network overflows, and says so
    }
    if (!finite(computed(graph, x))) {
      continue;  // as before, in its last layer, which is not calibrated
    }
    WeightCache weights;
    for (const Precision precision :
         {Precision::int8, Precision::w8a16, Precision::w8, Precision::bf16}) {
      for (const RangeAlgorithm algorithm : all_range_algorithms()) {
        ++planned;
        TuningConfig config;
        const bool per_channel = planned % 2 == 0;
        const WeightRange range = planned % 3 == 0 ? WeightRange::mse : WeightRange::minmax;
        for (const char* layer : {"first", "second"}) {
          config.set(layer, {precision, algorithm, per_channel, ActivationType::automatic, range});
        }
        const QuantPlan plan = make_plan(graph, table, config, ActivationRule::measured, weights);
        for (const auto& [layer, made] : plan.layers) {
          SCOPED_TRACE(layer + " " + to_string(made.choice));
          if (per_channel) {
            expect_sound(made, graph.constant(*graph.find(layer), 2));
          }
        }
        if (algorithm != RangeAlgorithm::minmax && algorithm != RangeAlgorithm::kl) {
          continue;  // the same kinds of scales, and engines take their time
        }
        const Graph quantized = apply_plan(graph, plan);
        const Tensor y = computed(quantized, x);
        if (!finite(y)) {
          continue;  // of values at the end of f32 a rounding may overflow: such a trial has no
                     // loss
        }
        if (algorithm == RangeAlgorithm::minmax) {
          write_native({quantized, {x}, {y}}, folder / "q.h5");
          EXPECT_NO_THROW(verify_samples(read_native(folder / "q.h5"), folder / "q.h5"));
        }
      }
    }
  }
  EXPECT_GT(planned, 500);
}

// A dead channel beside others: its bias is what comes out.
TEST_F(ExtremeNumbers, ADeadChannelGivesItsBias) {
  for (const Precision precision : {Precision::int8, Precision::w8a16, Precision::w8}) {
    for (const float dead : {1e-33F, 1e-39F, 0x1p-149F, 0.0F}) {
      Tensor w(DType::f32, {2, inputs});
      for (std::size_t i = 0; i < w.data<float>().size(); ++i) {
        w.data<float>()[i] = i < static_cast<std::size_t>(inputs) ? dead : 0.5F;
      }
      Tensor b(DType::f32, {2});
      b.data<float>()[0] = b.data<float>()[1] = 1.0F;
      const std::vector<float> scales = minmax_weight_scales(w, true);
      for (const float src_scale : {1e-5F, 1e-30F, 1e5F}) {
        const QuantParams src{precision == Precision::int8    ? DType::u8
                              : precision == Precision::w8a16 ? DType::s16
                                                              : DType::f32,
                              precision == Precision::w8 ? 1.0F : src_scale, 0,
                              precision == Precision::w8a16 ? 32767 : 0};
        const LayerQuant quant{src, layer_weight_scales(scales, w, src, &b)};
        EXPECT_EQ(quant_problem(quant, &b), "");
        const QuantizedWeights q = quantize_weights(w, quant.weight_scales);
        for (std::size_t i = 0; i < static_cast<std::size_t>(inputs); ++i) {
          // What is far below a step of the sums is 0, and what is not is not.
          EXPECT_LE(std::abs(q.values.data<std::int8_t>()[i]), 127);
        }
        const float step = quant.src.scale * quant.weight_scales[0];
        EXPECT_NEAR((1.0F / step) * step, 1.0F, 0x1p-22F);
        if (src_scale == 1e-5F) {  // ordinary numbers stay as they are
          EXPECT_EQ(quant.weight_scales[1], scales[1]);
        }
      }
    }
  }
}

TEST(ActivationScales, CoverTheWholeRangeOfFloats) {
  for (const float low : {0.0F, -0x1p-149F, -1e-39F, -1.0F, -largest}) {
    for (const float high : {0.0F, 0x1p-149F, 1e-39F, 1.0F, largest}) {
      for (const QuantParams& params :
           {asymmetric_u8(low, high), symmetric_s8(low, high), scaled_u8(high),
            symmetric_s16(low, high, 32767), symmetric_s16(low, high, 1),
            symmetric_s16(2.0F * low, 2.0F * high, 1000)}) {
        EXPECT_GE(params.scale, smallest_scale);
        EXPECT_TRUE(std::isfinite(dequantize(range_of(params).low, params)));
        EXPECT_TRUE(std::isfinite(dequantize(range_of(params).high, params)));
        EXPECT_EQ(dequantize(quantize(0.0F, params), params), 0.0F);
      }
    }
  }
}

TEST(Bf16Weights, TheLargestFloatsStayFinite) {
  Tensor w(DType::f32, {2});
  w.data<float>()[0] = largest;
  w.data<float>()[1] = -largest;
  EXPECT_TRUE(finite(from_bf16(to_bf16(w))));
}

}  // namespace
}  // namespace caloquant
