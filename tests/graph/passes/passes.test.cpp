// All canonical passes: same numbers, idempotent, can be switched off; and the conditions of those
// that have no file of their own.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "graph/passes/pass.hpp"
#include "tests/graph/passes/support.hpp"
#include "tests/graph/random_graph.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using testing::changes;
using testing::count;
using testing::filled;

class Passes : public testing::PropertyTest {};

TEST_F(Passes, KeepTheNumbersAndAreIdempotent) {
  for (int round = 0; round < 25; ++round) {
    Graph graph = testing::random_generator(random);
    const auto before = compile_reference(graph, 2);
    const testing::Ran expected = testing::run_random(graph, *before, random);
    for (const Pass& pass : canonical_passes()) {
      graph = run_passes(graph, {&pass, 1});
      std::vector<PassRun> again;
      graph = run_passes(graph, {&pass, 1}, {}, &again);
      EXPECT_FALSE(again.front().changed) << pass.name << " is not idempotent";
      const auto after = compile_reference(graph, 2);
      const Tensor found = testing::run_on(graph, *after, expected.inputs).front();
      const auto want = expected.outputs.front().data<float>();
      float scale = 1.0F;
      for (const float value : want) {
        scale = std::max(scale, std::fabs(value));
      }
      for (std::size_t i = 0; i < want.size(); ++i) {
        // The reference sums in double; folding rounds each weight once: some 2^-24 per layer.
        ASSERT_NEAR(found.data<float>()[i], want[i], 2e-5F * scale) << pass.name;
      }
    }
    EXPECT_EQ(count(graph, "identity") + count(graph, "batch_norm"), 0);
  }
}

TEST_F(Passes, CanBeSwitchedOffByName) {
  std::vector<PassRun> report;
  (void)run_passes(testing::random_generator(random), canonical_passes(), {"lower_batch_norm"},
                   &report);
  EXPECT_EQ(report.size(), canonical_passes().size() - 1);
}

TEST_F(Passes, AllButLoweringBatchNormAreOptional) {
  std::vector<std::string> names;
  for (const Pass& pass : canonical_passes()) {
    names.emplace_back(pass.name);
  }
  std::erase(names, "lower_batch_norm");
  EXPECT_EQ(optional_pass_names(), names);
}

struct PadGraph {
  GraphEditor editor{"pad"};
  ValueId x = editor.add_input("x", {dynamic, 2, 5, 5, 5});
  ValueId conv(ValueId src, const std::string& name, std::int64_t channels = 2) {
    return editor.add_node(name, Conv{{1, 1, 1}, {1, 1, 1}, {0, 0, 0}, {1, 0, 0}, 1},
                           {src, editor.add_constant("w", filled({3, channels, 2, 2, 2}))});
  }
};

TEST(FoldPad, MovesPaddingIntoTheConvolution) {
  PadGraph g;
  ValueId y = g.editor.add_node("pad1", Pad{{0, 0, 1, 0, 0}, {0, 0, 0, 2, 0}}, {g.x});
  y = g.editor.add_node("pad2", Pad{{0, 0, 1, 0, 3}, {0, 0, 0, 0, 0}}, {y});
  g.editor.add_output("y", g.conv(y, "conv"));
  const Graph graph = canonicalize(g.editor.finish());
  ASSERT_EQ(graph.nodes().size(), 1U);
  const Conv& conv = std::get<Conv>(graph.nodes()[0].op);
  EXPECT_EQ(conv.pads_begin, (Shape{2, 0, 3}));
  EXPECT_EQ(conv.pads_end, (Shape{1, 2, 0}));
}

TEST(FoldPad, LeavesChannelPaddingAlone) {
  PadGraph g;
  const ValueId y = g.editor.add_node("pad", Pad{{0, 1, 0, 0, 0}, {0, 0, 0, 0, 0}}, {g.x});
  g.editor.add_output("y", g.conv(y, "conv", 3));
  EXPECT_FALSE(changes(g.editor.finish(), fold_pad_into_conv));
}

TEST(FoldPad, KeepsThePadForOtherReaders) {
  PadGraph g;
  const ValueId pad = g.editor.add_node("pad", Pad{{0, 0, 1, 0, 0}, {0, 0, 0, 0, 0}}, {g.x});
  g.editor.add_output("y", g.conv(pad, "conv"));
  g.editor.add_output("padded", pad);
  const Graph graph = canonicalize(g.editor.finish());
  EXPECT_EQ(count(graph, "pad"), 1);
  EXPECT_EQ(std::get<Conv>(graph.find("conv")->op).pads_begin, (Shape{1, 0, 0}));
}

struct AffineGraph {
  GraphEditor editor{"affine"};
  ValueId x = editor.add_input("x", {dynamic, 4});
  ValueId dense = editor.add_node("dense", Dense{}, {x, editor.add_constant("w", filled({3, 4}))});
  ValueId affine(ValueId src) {
    return editor.add_node(
        "affine", Affine{},
        {src, editor.add_constant("m", filled({3})), editor.add_constant("a", filled({3}, 2.0F))});
  }
};

TEST(FoldAffine, GoesIntoTheWeightsRightBehindALayer) {
  AffineGraph g;
  g.editor.add_output("y", g.affine(g.dense));
  EXPECT_EQ(canonicalize(g.editor.finish()).nodes().size(), 1U);
}

TEST(FoldAffine, NotBehindAnActivation) {
  AffineGraph g;
  g.editor.add_output("y", g.affine(g.editor.add_node("relu", Eltwise{}, {g.dense})));
  EXPECT_FALSE(changes(g.editor.finish(), fold_affine_into_weights));
}

TEST(FoldAffine, NotWhenSomebodyElseReadsTheLayer) {
  AffineGraph g;
  g.editor.add_output("y", g.affine(g.dense));
  g.editor.add_output("raw", g.dense);
  EXPECT_FALSE(changes(g.editor.finish(), fold_affine_into_weights));
}

TEST(FoldTranspose, NotWhenTheImageIsReadUntransposed) {
  GraphEditor editor("t");
  const ValueId x = editor.add_input("x", {dynamic, 3});
  const ValueId dense =
      editor.add_node("dense", Dense{}, {x, editor.add_constant("w", filled({12, 3}))});
  const ValueId image = editor.add_node("reshape", Reshape{{dynamic, 2, 2, 3}}, {dense});
  const ValueId moved = editor.add_node("move", Transpose{{0, 3, 1, 2}}, {image});
  editor.add_output("moved", moved);
  editor.add_output("image", image);
  EXPECT_FALSE(changes(editor.finish(), fold_transpose_into_dense));
}

/// A turn of three axes, which is not its own inverse: how a channels-last discriminator ends.
/// Weights of small integers, so that no sum rounds and every order of it gives the same bits.
TEST(FoldTranspose, TurnsOfThreeAxesInFrontAndBehind) {
  GraphEditor editor("t");
  const ValueId x = editor.add_input("x", {dynamic, 2, 3, 5});
  std::vector<float> numbers(4 * 30);
  for (std::size_t k = 0; k < numbers.size(); ++k) {
    numbers[k] = static_cast<float>(k % 7) - 3.0F + static_cast<float>(k % 11);
  }
  const ValueId moved = editor.add_node("move", Transpose{{0, 2, 3, 1}}, {x});
  const ValueId flat = editor.add_node("flat", Reshape{{dynamic, 30}}, {moved});
  const ValueId weights = editor.add_constant("w", Tensor::of<float>({4, 30}, numbers));
  const ValueId sums = editor.add_node("dense", Dense{}, {flat, weights});
  const ValueId back = editor.add_constant("v", Tensor::of<float>({30, 4}, numbers));
  const ValueId wide = editor.add_node("wide", Dense{}, {sums, back});
  const ValueId image = editor.add_node("image", Reshape{{dynamic, 3, 5, 2}}, {wide});
  editor.add_output("y", editor.add_node("first", Transpose{{0, 3, 1, 2}}, {image}));
  const Graph graph = editor.finish();
  const Graph folded = testing::after(graph, fold_transpose_into_dense);
  EXPECT_EQ(count(folded, "transpose"), 0);
  const std::vector<Tensor> inputs{
      Tensor::of<float>({2, 2, 3, 5}, std::vector<float>(numbers.begin(), numbers.begin() + 60))};
  const auto expected = testing::run_on(graph, *compile_reference(graph, 2), inputs);
  const auto found = testing::run_on(folded, *compile_reference(folded, 2), inputs);
  EXPECT_TRUE(std::ranges::equal(found[0].data<float>(), expected[0].data<float>()));
}

TEST(LowerBatchNorm, RefusesNegativeVariance) {
  GraphEditor editor("bn");
  const ValueId x = editor.add_input("x", {dynamic, 1});
  const auto one = [&](float value) { return editor.add_constant("c", filled({1}, value)); };
  editor.add_output("y", editor.add_node("norm", BatchNorm{1e-3},
                                         {x, one(1.0F), one(0.0F), one(0.0F), one(-1.0F)}));
  const Graph graph = editor.finish();
  EXPECT_THAT(testing::message_of([&] { (void)canonicalize(graph); }),
              ::testing::HasSubstr("layer 'norm'"));
}

/// Normalization of raw numbers: x - mean is exact in f32, mul * x + add would lose what differs.
TEST(LowerBatchNorm, AMeanFarFromZeroDoesNotCancel) {
  const auto result_of = [](float mean) {
    GraphEditor editor("bn");
    const ValueId x = editor.add_input("x", {dynamic, 1});
    const auto one = [&](float value) { return editor.add_constant("c", filled({1}, value)); };
    editor.add_output("y", editor.add_node("norm", BatchNorm{1e-3},
                                           {x, one(0.7F), one(0.1F), one(mean), one(2.0F)}));
    const Graph graph = canonicalize(editor.finish());
    Tensor src(DType::f32, {4, 1});
    for (int i = 0; i < 4; ++i) {
      src.data<float>()[static_cast<std::size_t>(i)] = mean + static_cast<float>(i) - 1.0F;
    }
    const Tensor found = testing::run_on(graph, *compile_engine(graph, 4), {src})[0];
    for (int i = 0; i < 4; ++i) {
      const double expected = 0.7 * (i - 1) / std::sqrt(2.001) + 0.1;
      // A product and a sum of numbers below 1, rounded to f32.
      EXPECT_NEAR(found.data<float>()[static_cast<std::size_t>(i)], expected, 2e-7) << mean;
    }
    return graph.nodes().size();
  };
  EXPECT_EQ(result_of(2e6F), 2U);
  EXPECT_EQ(result_of(-2e6F), 2U);
  EXPECT_EQ(result_of(0.25F), 1U);
}

}  // namespace
}  // namespace caloquant
