// The engine against the reference executor on random networks.

#include <gtest/gtest.h>
#include <omp.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "graph/exec/engine.hpp"
#include "graph/exec/executor.hpp"
#include "graph/exec/lowering.hpp"
#include "graph/passes/pass.hpp"
#include "ops/core/qmath.hpp"
#include "ops/core/thread_count.hpp"
#include "ops/core/weight_scales.hpp"
#include "ops/kernels/direct/kernels.hpp"
#include "tests/graph/integer_check.hpp"
#include "tests/graph/random_graph.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

class Engine : public testing::PropertyTest {};

float largest(const Tensor& tensor) {
  float result = 0.0F;
  for (const float value : tensor.data<float>()) {
    result = std::max(result, std::fabs(value));
  }
  return result;
}

float largest_difference(const Tensor& a, const Tensor& b) {
  float result = 0.0F;
  for (std::size_t i = 0; i < a.data<float>().size(); ++i) {
    result = std::max(result, std::fabs(a.data<float>()[i] - b.data<float>()[i]));
  }
  return result;
}

TEST_F(Engine, Fp32EqualsReference) {
  for (int round = 0; round < 20; ++round) {
    const Graph graph = testing::random_generator(random);
    const auto reference = compile_reference(graph, 3);
    const testing::Ran expected = testing::run_random(graph, *reference, random);
    const Graph canonical = canonicalize(graph);
    const auto engine = compile_engine(canonical, 3);
    const auto found = testing::run_on(canonical, *engine, expected.inputs);
    for (std::size_t i = 0; i < found.size(); ++i) {
      ASSERT_EQ(found[i].shape(), expected.outputs[i].shape());
      // At most 9 * 64 * 4 products per sum, rounded one by one: 2304 * 2^-24 relative to the sum
      // of magnitudes, which exceeds the largest output by a factor of a few per layer.
      EXPECT_LE(largest_difference(found[i], expected.outputs[i]),
                1e-4F * std::max(1.0F, largest(expected.outputs[i])));
    }
  }
}

/// Two functions of one kind behind one layer keep their own parameters, also with a BatchNorm
/// between them.
TEST_F(Engine, TheSameFunctionTwiceBehindOneLayer) {
  const auto check = [&](Eltwise first, Eltwise second) {
    GraphEditor editor("twice");
    const ValueId x = editor.add_input("x", {dynamic, 3, 5, 6});
    const ValueId weights =
        editor.add_constant("w", testing::random_tensor(random, {4, 3, 2, 2}, -1.0F, 1.0F));
    const ValueId mul = editor.add_constant("mul", testing::random_tensor(random, {4}, 0.5F, 1.5F));
    const ValueId add =
        editor.add_constant("add", testing::random_tensor(random, {4}, -1.0F, 0.0F));
    const ValueId conv =
        editor.add_node("conv", Conv{{1, 1}, {1, 1}, {0, 0}, {0, 0}, 1}, {x, weights});
    const ValueId one = editor.add_node("one", first, {conv});
    const ValueId affine = editor.add_node("affine", Affine{}, {one, mul, add});
    editor.add_output("y", editor.add_node("two", second, {affine}));
    const Graph graph = editor.finish();
    const auto reference = compile_reference(graph, 2);
    const testing::Ran expected = testing::run_random(graph, *reference, random);
    const auto engine = compile_engine(graph, 2);
    const auto found = testing::run_on(graph, *engine, expected.inputs);
    EXPECT_LE(largest_difference(found[0], expected.outputs[0]), 1e-5F)
        << name_of(first.kind) << ' ' << first.alpha << ", " << name_of(second.kind) << ' '
        << second.alpha;
  };
  const Eltwise relu{EltwiseKind::relu, 0.0F};
  const Eltwise leaky{EltwiseKind::leaky_relu, 0.2F};
  check(relu, leaky);
  check(leaky, relu);
  check(leaky, {EltwiseKind::leaky_relu, 0.5F});
  check({EltwiseKind::relu, 1.5F}, {EltwiseKind::relu, 0.5F});
  check({EltwiseKind::elu, 1.0F}, {EltwiseKind::elu, 0.3F});
}

/// f32 values that are rounded differently may land on two sides of a tie when they are quantized
/// by a step of its own, which no judge sees.
bool quantizes_between_layers(const LoweredGraph& lowered) {
  return std::any_of(lowered.steps.begin(), lowered.steps.end(), [&](const Step& step) {
    const BufferId src = step.src.front();
    return !std::holds_alternative<LayerWork>(step.work) && !lowered.buffers[src].format.quant &&
           lowered.buffers[step.dst].format.quant &&
           std::count(lowered.inputs.begin(), lowered.inputs.end(), src) == 0;
  });
}

/// conv1 -> functions -> conv2, values near 0.01.
Graph bounded_network(std::mt19937_64& random, const std::vector<Eltwise>& functions) {
  GraphEditor editor("bounded");
  const auto weights = [&](Shape shape) {
    return editor.add_constant("w",
                               testing::random_tensor(random, std::move(shape), -0.01F, 0.01F));
  };
  const Conv op{{1, 1, 1}, {1, 1, 1}, {0, 0, 0}, {1, 1, 1}, 1};
  ValueId y = editor.add_input("x", {dynamic, 2, 4, 4, 9});
  y = editor.add_node("conv1", op, {y, weights({3, 2, 2, 2, 3}), weights({3})});
  for (const Eltwise& function : functions) {
    y = editor.add_node(editor.unique_name("bound"), function, {y});
  }
  editor.add_output("y", editor.add_node("conv2", op, {y, weights({5, 3, 2, 2, 2}), weights({5})}));
  return editor.finish();
}

class EngineBounds : public Engine {
 protected:
  /// f32 as the reference; integers as the judge says; with bounds that nothing reaches the bits
  /// of the network without.
  void check(const std::vector<Eltwise>& functions, bool reached, const EngineOptions& options) {
    const std::uint64_t network = random();
    std::mt19937_64 same(network);
    const Graph graph = bounded_network(same, functions);
    const testing::Ran run = testing::run_random(graph, *compile_reference(graph, 2), random);
    const auto found = testing::run_on(graph, *compile_engine(graph, 2, options), run.inputs);
    // Sums of 24 products of numbers up to 0.02 with 2^-24 each.
    EXPECT_LE(largest_difference(found[0], run.outputs[0]), 1e-8F);
    if (!reached) {
      same.seed(network);
      const Graph without = bounded_network(same, {});
      const auto expected =
          testing::run_on(without, *compile_engine(without, 2, options), run.inputs);
      EXPECT_EQ(largest_difference(found[0], expected[0]), 0.0F);
    }
    testing::IntegerCheck judge;
    EngineOptions watched = options;
    watched.listener = judge.listener();
    watched.block_images = 2;
    const Graph quantized = testing::quantize_everything(graph, run.inputs);
    (void)testing::run_on(quantized, *compile_engine(quantized, 2, watched), run.inputs);
    ASSERT_EQ(judge.tallies().size(), 2U);
    for (const testing::LayerTally& tally : judge.tallies()) {
      EXPECT_EQ(tally.wrong, 0) << tally.layer;
    }
  }
};

TEST_F(EngineBounds, AreExactOnEveryInstructionSet) {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  constexpr float most = std::numeric_limits<float>::max();
  const auto library = [](const LayerQuestion&) { return LayerKind::library; };
  for (const Isa isa : runnable_isas()) {
    for (const EngineOptions& options :
         {EngineOptions{isa, {}, {}}, EngineOptions{isa, library, {}}}) {
      SCOPED_TRACE(std::string(name_of(isa)) + (options.choose ? ", library" : ""));
      check({clip_between(-65504.0F, 65504.0F)}, false, options);
      check({clip_between(-1e9F, 1e9F)}, false, options);
      check({clip_between(-most, most), clip_between(-infinity, infinity)}, false, options);
      check({clip_between(-infinity, 0.004F)}, true, options);
      check({clip_between(-0.002F, infinity)}, true, options);
      check({clip_between(0.003F, 0.003F)}, true, options);
      check({clip_between(0.003F, -0.001F)}, true, options);
      check({Eltwise{EltwiseKind::relu}, clip_between(-1.0F, 0.005F)}, true, options);
      for (int round = 0; round < 5; ++round) {
        const float low = testing::uniform(random, -0.02F, 0.01F);
        check({clip_between(low, testing::uniform(random, low, 0.02F))}, true, options);
      }
    }
  }
}

/// Own kernels hand on that a sum is no number; so nobody takes it for 0.
TEST_F(EngineBounds, HandOnNaN) {
  for (const Isa isa : runnable_isas()) {
    for (const Eltwise& function : {Eltwise{EltwiseKind::relu}, clip_between(-1.0F, 1.0F)}) {
      for (const LayerKind kind :
           {LayerKind::direct_rows, LayerKind::direct_planes, LayerKind::direct_channels}) {
        GraphEditor editor("nan");
        const ValueId x = editor.add_input("x", {dynamic, 1, 2, 2, 9});
        const Conv op{{1, 1, 1}, {1, 1, 1}, {0, 0, 0}, {0, 0, 0}, 1};
        const ValueId w =
            editor.add_constant("w", testing::random_tensor(random, {1, 1, 1, 1, 1}, 1.0F, 2.0F));
        editor.add_output("y",
                          editor.add_node("act", function, {editor.add_node("conv", op, {x, w})}));
        const Graph graph = editor.finish();
        Tensor src(DType::f32, {1, 1, 2, 2, 9});
        std::ranges::fill(src.data<float>(), std::numeric_limits<float>::quiet_NaN());
        const auto executable =
            compile_engine(graph, 1, {isa, [kind](const LayerQuestion&) { return kind; }, {}});
        const Tensor found = testing::run_on(graph, *executable, {src})[0];
        for (const float value : found.data<float>()) {
          EXPECT_TRUE(std::isnan(value)) << name_of(isa) << " " << name_of(function.kind);
        }
      }
    }
  }
}

// What a config may switch off, an engine can do without.
TEST_F(Engine, RunsWithoutAnyOptionalPass) {
  for (const std::string& name : optional_pass_names()) {
    for (int round = 0; round < 4; ++round) {
      const Graph graph = testing::random_generator(random);
      const auto reference = compile_reference(graph, 2);
      const testing::Ran expected = testing::run_random(graph, *reference, random);
      const Graph rewritten = canonicalize(graph, {name});
      const auto engine = compile_engine(rewritten, 2);
      const auto found = testing::run_on(rewritten, *engine, expected.inputs);
      EXPECT_LE(largest_difference(found[0], expected.outputs[0]),  // as in Fp32EqualsReference
                1e-4F * std::max(1.0F, largest(expected.outputs[0])))
          << "without " << name;
    }
  }
}

// A quantized network in the engine keeps integers from layer to layer and rounds the f32 epilogue
// in another order than the reference, so that a value on a tie may move by one step, and what
// follows with it. So every layer is judged on the bytes that reached it, and the whole network
// where no tie came in between.
TEST_F(Engine, Int8FollowsReference) {
  std::int64_t ties = 0;
  for (int round = 0; round < 20; ++round) {
    const Graph canonical = canonicalize(testing::random_generator(random));
    const auto f32 = compile_reference(canonical, 3);
    const testing::Ran run = testing::run_random(canonical, *f32, random);
    const Graph quantized = testing::quantize_everything(canonical, run.inputs);
    testing::IntegerCheck judge;
    // In one block, of which the judge sees every image.
    const auto engine = compile_engine(quantized, 3, {active_isa(), {}, judge.listener(), 3});
    const auto found = testing::run_on(quantized, *engine, run.inputs);
    std::int64_t near_ties = 0;  // where the reference may have rounded the other way
    for (const testing::LayerTally& tally : judge.tallies()) {
      EXPECT_EQ(tally.wrong, 0) << tally.layer << " of round " << round;
      near_ties += tally.near_ties;
      ties += tally.ties;
    }
    const auto reference = compile_reference(quantized, 3);
    const auto expected = testing::run_on(quantized, *reference, run.inputs);
    const LoweringOptions options{direct::int8_lane(active_isa()), default_kind};
    if (near_ties == 0 && !quantizes_between_layers(lower(quantized, 3, options))) {
      EXPECT_LE(largest_difference(found[0], expected[0]),
                1e-5F * std::max(1.0F, largest(expected[0])));
    }
  }
  RecordProperty("one_step_off_at_a_tie", std::to_string(ties));
}

// One layer alone at each precision: both round the same src, so only sums differ, by f32 rounding.
TEST_F(Engine, EveryPrecisionOfALayerFollowsTheReference) {
  for (int round = 0; round < 10; ++round) {
    for (const bool dense : {false, true}) {
      GraphEditor editor("net");
      const Shape src = dense ? Shape{dynamic, 40} : Shape{dynamic, 5, 4, 6, 7};
      const Shape weights = dense ? Shape{9, 40} : Shape{7, 5, 3, 2, 3};
      const ValueId x = editor.add_input("x", src);
      const ValueId w =
          editor.add_constant("w", testing::random_tensor(random, weights, -1.0F, 1.0F));
      const ValueId b =
          editor.add_constant("b", testing::random_tensor(random, {weights.front()}, -1.0F, 1.0F));
      const Conv conv{{1, 1, 1}, {1, 1, 1}, {1, 0, 2}, {1, 1, 0}, 1};
      const ValueId y = dense ? editor.add_node("layer", Dense{}, {x, w, b})
                              : editor.add_node("layer", conv, {x, w, b});
      editor.add_output("y", editor.add_node("relu", Eltwise{EltwiseKind::relu, 0.0F}, {y}));
      const Graph fp32 = editor.finish();
      const Tensor& f32_weights = *fp32.constant(fp32.nodes()[0], 1);
      const QuantizedWeights s8 = quantize_weights(f32_weights, true);
      for (const auto& [quant, tensor] : std::initializer_list<std::pair<LayerQuant, Tensor>>{
               {{asymmetric_u8(-2.0F, 1.5F), s8.scales}, s8.values},
               {{symmetric_s16(-2.0F, 2.0F, s16_limit(s8.values)), s8.scales}, s8.values},
               {{{DType::f32, 1.0F, 0}, s8.scales}, s8.values},
               {{{DType::bf16, 1.0F, 0}, {1.0F}}, to_bf16(f32_weights)}}) {
        GraphEditor low(fp32);
        low.set_quant(NodeId{}, quant, std::make_shared<const Tensor>(tensor));
        const Graph graph = low.finish();
        const auto engine = compile_engine(graph, 3);
        const testing::Ran found = testing::run_random(graph, *engine, random);
        const auto expected = testing::run_on(graph, *compile_reference(graph, 3), found.inputs);
        EXPECT_EQ(engine->steps().back().precision, precision_of(quant));
        // At most 90 products below 2 in f32, in another order.
        EXPECT_LE(largest_difference(found.outputs[0], expected[0]), 90.0F * 180.0F * 0x1p-24F)
            << name_of(precision_of(quant)) << (dense ? " dense" : " conv");
      }
    }
  }
}

TEST_F(Engine, BitsDoNotDependOnThreads) {
  const int threads = omp_get_max_threads();
  for (int round = 0; round < 20; ++round) {
    const Graph canonical = canonicalize(testing::random_generator(random));
    const auto engine = compile_engine(canonical, 4);
    omp_set_num_threads(1);
    const testing::Ran one = testing::run_random(canonical, *engine, random);
    omp_set_num_threads(4);
    const auto four = testing::run_on(canonical, *engine, one.inputs);
    omp_set_num_threads(threads);
    std::string kernels;
    for (const StepInfo& step : engine->steps()) {
      kernels += step.layer + " " + step.implementation + "; ";
    }
    EXPECT_EQ(largest_difference(one.outputs[0], four[0]), 0.0F) << kernels;
  }
}

// How many images go through the layers together is a matter of speed alone.
TEST_F(Engine, BlocksOfImagesGiveTheSameImages) {
  constexpr std::int64_t batch = 7;
  for (int round = 0; round < 10; ++round) {
    const Graph fp32 = canonicalize(testing::random_generator(random));
    const auto whole = compile_engine(fp32, batch);
    const testing::Ran run = testing::run_random(fp32, *whole, random);
    const Graph int8 = testing::quantize_everything(fp32, run.inputs);
    for (const Graph& graph : {fp32, int8}) {
      EngineOptions options;
      options.block_images = batch;
      const auto together =
          testing::run_on(graph, *compile_engine(graph, batch, options), run.inputs);
      for (const std::int64_t block : {1, 2, 3, 5}) {
        options.block_images = block;
        const auto engine = compile_engine(graph, batch, options);
        const auto found = testing::run_on(graph, *engine, run.inputs);
        EXPECT_EQ(largest_difference(found[0], together[0]), 0.0F) << "blocks of " << block;
      }
    }
  }
}

// With images enough each thread has its own; the last block of a batch that they do not divide
// begins within the one before it.
TEST_F(Engine, ThreadsWithImagesOfTheirOwnGiveTheSameImages) {
  for (int round = 0; round < 6; ++round) {
    const Graph fp32 = canonicalize(testing::random_generator(random));
    const testing::Ran run = testing::run_random(fp32, *compile_engine(fp32, 7), random);
    const Graph int8 = testing::quantize_everything(fp32, run.inputs);
    for (const Graph& graph : {fp32, int8}) {
      EngineOptions options;
      options.block_images = 7;
      const auto together = testing::run_on(graph, *compile_engine(graph, 7, options), run.inputs);
      for (const int threads : {2, 3, 4, 7}) {
        const ThreadCount guard(threads);
        const auto engine = compile_engine(graph, 7);
        for (const int granted : {threads, 1}) {  // compiled for more than a run gets
          const ThreadCount fewer(granted);
          const auto found = testing::run_on(graph, *engine, run.inputs);
          EXPECT_EQ(largest_difference(found[0], together[0]), 0.0F) << threads << " threads";
        }
      }
    }
  }
}

// What a listener throws ends the run, and the engine can be used again.
TEST_F(Engine, AListenerEndsARunOfManyThreads) {
  const Graph graph = canonicalize(testing::random_generator(random));
  const testing::Ran run = testing::run_random(graph, *compile_engine(graph, 6), random);
  const ThreadCount guard(3);
  bool stops = false;
  EngineOptions options;
  options.listener = [&](const LoweredGraph& lowered, std::size_t step, const std::byte*,
                         const std::byte*) {
    if (stops && step + 1 == lowered.steps.size()) {
      throw std::runtime_error("enough");
    }
  };
  const auto engine = compile_engine(graph, 6, options);
  const auto before = testing::run_on(graph, *engine, run.inputs);
  stops = true;
  EXPECT_THROW((void)testing::run_on(graph, *engine, run.inputs), std::runtime_error);
  stops = false;
  const auto after = testing::run_on(graph, *engine, run.inputs);
  EXPECT_EQ(largest_difference(before[0], after[0]), 0.0F);
}

// A block needs the memory of a block, however large the batch.
TEST_F(Engine, MemoryDoesNotGrowWithTheBatch) {
  GraphEditor editor("net");
  const ValueId x = editor.add_input("x", {dynamic, 4, 8, 8, 8});
  ValueId y = x;
  for (const char* name : {"first", "second", "third"}) {
    const ValueId w = editor.add_constant(
        std::string(name) + "/w", testing::random_tensor(random, {4, 4, 3, 3, 3}, -1.0F, 1.0F));
    y = editor.add_node(name, Conv{{1, 1, 1}, {1, 1, 1}, {1, 1, 1}, {1, 1, 1}, 1}, {y, w});
  }
  editor.add_output("y", y);
  const Graph graph = editor.finish();
  EngineOptions options;
  options.block_images = 2;
  EXPECT_EQ(compile_engine(graph, 64, options)->arena_bytes(),
            compile_engine(graph, 2, options)->arena_bytes());
}

// conv1(int8) -> relu -> affine -> upsample -> conv2(int8): bytes all the way.
TEST(Lowering, KeepsIntegersBetweenQuantizedLayers) {
  std::mt19937_64 random(7);
  GraphEditor editor("chain");
  const ValueId x = editor.add_input("x", {dynamic, 2, 4, 4, 4});
  const auto weights = [&](Shape shape) {
    return editor.add_constant("w", testing::random_tensor(random, std::move(shape), -1.0F, 1.0F));
  };
  const Conv op{{1, 1, 1}, {1, 1, 1}, {1, 1, 1}, {1, 1, 1}, 1};
  ValueId y = editor.add_node("conv1", op, {x, weights({3, 2, 3, 3, 3}), weights({3})});
  y = editor.add_node("relu", Eltwise{EltwiseKind::relu}, {y});
  y = editor.add_node("bn", Affine{}, {y, weights({3}), weights({3})});
  y = editor.add_node("up", UpsampleNearest{{2, 2, 2}}, {y});
  y = editor.add_node("conv2", op, {y, weights({4, 3, 3, 3, 3}), weights({4})});
  editor.add_output("y", y);
  const Graph graph = editor.finish();
  const Tensor input = testing::random_tensor(random, {1, 2, 4, 4, 4}, -1.0F, 1.0F);
  const LoweredGraph lowered = lower(testing::quantize_everything(graph, {input}), 1);
  std::vector<std::string> ops;
  for (const Step& step : lowered.steps) {
    ops.push_back(step.op);
  }
  // x is quantized where it stands, reordered as bytes, and nothing is f32 again before the output.
  EXPECT_EQ(ops, (std::vector<std::string>{"quantize", "reorder", "conv", "upsample_nearest",
                                           "conv", "reorder"}));
  EXPECT_EQ(lowered.buffers[lowered.steps[2].dst].dtype(), DType::u8);
  EXPECT_EQ(lowered.buffers[lowered.steps[3].dst].dtype(), DType::u8);
  EXPECT_EQ(lowered.buffers[lowered.steps[4].dst].dtype(), DType::f32);
}

// The collapsed convolution stores bytes, relu and affine done, and its phases move as bytes.
TEST(Lowering, MovesThePhasesOfACollapsedConvolutionAsIntegers) {
  std::mt19937_64 random(7);
  GraphEditor editor("collapsed");
  const ValueId x = editor.add_input("x", {dynamic, 2, 3, 3, 3});
  const auto weights = [&](Shape shape) {
    return editor.add_constant("w", testing::random_tensor(random, std::move(shape), -1.0F, 1.0F));
  };
  const Conv op{{1, 1, 1}, {1, 1, 1}, {1, 1, 1}, {1, 1, 1}, 1};
  ValueId y = editor.add_node("up", UpsampleNearest{{2, 3, 2}}, {x});
  y = editor.add_node("conv1", op, {y, weights({3, 2, 4, 3, 3}), weights({3})});
  y = editor.add_node("relu", Eltwise{EltwiseKind::relu}, {y});
  y = editor.add_node("bn", Affine{}, {y, weights({3}), weights({3})});
  y = editor.add_node("conv2", op, {y, weights({4, 3, 3, 3, 3}), weights({4})});
  editor.add_output("y", y);
  const Graph graph = canonicalize(editor.finish());
  const Tensor input = testing::random_tensor(random, {1, 2, 3, 3, 3}, -1.0F, 1.0F);
  const LoweredGraph lowered = lower(testing::quantize_everything(graph, {input}), 1);
  std::vector<std::string> ops;
  for (const Step& step : lowered.steps) {
    ops.push_back(step.op);
  }
  EXPECT_EQ(ops, (std::vector<std::string>{"quantize", "reorder", "conv", "depth_to_space", "conv",
                                           "reorder"}));
  EXPECT_EQ(std::get<LayerWork>(lowered.steps[2].work).epilogue.ops.size(), 2U);
  EXPECT_EQ(lowered.buffers[lowered.steps[2].dst].dtype(), DType::u8);
  EXPECT_EQ(lowered.buffers[lowered.steps[3].dst].dtype(), DType::u8);
}

}  // namespace
}  // namespace caloquant
