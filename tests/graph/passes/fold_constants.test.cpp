#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "graph/passes/pass.hpp"
#include "tests/graph/passes/support.hpp"
#include "tests/graph/random_graph.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using testing::changes;
using ::testing::ElementsAre;
using testing::filled;
using testing::ops_of;

/// x [N, 3] -> dense with weights that `make` computes -> y.
template <typename Make>
Graph dense_with(Make make) {
  GraphEditor editor("dense");
  const ValueId x = editor.add_input("x", {dynamic, 3});
  editor.add_output("y", editor.add_node("dense", Dense{}, {x, make(editor)}));
  return editor.finish();
}

// Chains too: 1 2 3 4 5 6 as [3, 2], transposed and doubled by an Affine over axis 1.
TEST(FoldConstants, ComputesWhatOnlyConstantsGoInto) {
  const std::vector<float> numbers{1, 2, 3, 4, 5, 6};
  const Graph before = dense_with([&](GraphEditor& editor) {
    const ValueId w = editor.add_constant("w", Tensor::of<float>({3, 2}, numbers));
    const ValueId turned = editor.add_node("turn", Transpose{{1, 0}}, {w});
    const std::vector<float> mul{2, 2, 2};
    return editor.add_node("double", Affine{},
                           {turned, editor.add_constant("m", Tensor::of<float>({3}, mul)),
                            editor.add_constant("a", Tensor(DType::f32, {3}))});
  });
  const Graph graph = testing::after(before, fold_constants);
  EXPECT_THAT(ops_of(graph), ElementsAre("dense"));
  EXPECT_EQ(graph.constant(graph.nodes()[0], 1)->shape(), (Shape{2, 3}));
  EXPECT_THAT(graph.constant(graph.nodes()[0], 1)->data<float>(), ElementsAre(2, 6, 10, 4, 8, 12));
  EXPECT_FALSE(changes(graph, fold_constants)) << "not idempotent";
  std::mt19937_64 random(5);
  const auto reference = compile_reference(before, 2);
  const testing::Ran ran = testing::run_random(before, *reference, random);
  const auto executable = compile_reference(graph, 2);
  EXPECT_THAT(testing::run_on(graph, *executable, ran.inputs).front().data<float>(),
              ::testing::ElementsAreArray(ran.outputs.front().data<float>()));
}

TEST(FoldConstants, ComesBeforePassesThatAskForConstants) {
  GraphEditor editor("norm");
  const ValueId x = editor.add_input("x", {dynamic, 2});
  const ValueId gamma =
      editor.add_node("gamma", Eltwise{}, {editor.add_constant("g", filled({2}))});
  const ValueId other = editor.add_constant("o", filled({2}, 0.5F));
  const ValueId ones = editor.add_node("ones", Eltwise{EltwiseKind::exp},
                                       {editor.add_constant("zeros", Tensor(DType::f32, {2}))});
  editor.add_output("y", editor.add_node("norm", BatchNorm{}, {x, gamma, other, other, ones}));
  EXPECT_THAT(ops_of(canonicalize(editor.finish())), ElementsAre("affine"));
}

TEST(FoldConstants, NotWhatDependsOnAnInput) {
  const auto add = [](bool input) {
    return dense_with([&](GraphEditor& editor) {
      const ValueId one = editor.add_constant("c", filled({2, 3}));
      const ValueId other =
          input ? editor.add_input("w", {2, 3}) : editor.add_constant("w", filled({2, 3}, 2.0F));
      return editor.add_node("sum", Add{}, {one, other});
    });
  };
  EXPECT_TRUE(changes(add(false), fold_constants));
  EXPECT_FALSE(changes(add(true), fold_constants));
}

TEST(FoldConstants, NotWhenQuantized) {
  GraphEditor editor("quantized");
  const ValueId x = editor.add_constant("x", filled({1, 3}));
  const ValueId dense =
      editor.add_node("dense", Dense{}, {x, editor.add_constant("w", filled({2, 3}))});
  editor.add_output("y", editor.add_node("relu", Eltwise{}, {dense}));
  Graph graph = editor.finish();
  EXPECT_TRUE(changes(graph, fold_constants));
  GraphEditor quantizer(std::move(graph));
  quantizer.set_quant(NodeId{0}, {{DType::s8, 1.0F, 0}, {1.0F}},
                      std::make_shared<const Tensor>(DType::s8, Shape{2, 3}));
  EXPECT_FALSE(changes(quantizer.finish(), fold_constants));
}

TEST(FoldConstants, NotAnOutput) {
  GraphEditor editor("output");
  editor.add_output("y",
                    editor.add_node("relu", Eltwise{}, {editor.add_constant("c", filled({2}))}));
  EXPECT_FALSE(changes(editor.finish(), fold_constants));
}

TEST(FoldConstants, NotWhatBecomesTooLarge) {
  const auto spread = [](std::int64_t factor) {
    GraphEditor editor("large");
    const ValueId cell = editor.add_constant("c", filled({1, 1, 1, 1}));
    const ValueId large = editor.add_node("up", UpsampleNearest{{factor, 1024}}, {cell});
    editor.add_output(
        "y", editor.add_node("pool", Pool{PoolKind::max, {1, 1}, {1, 1}, {0, 0}, {0, 0}}, {large}));
    return editor.finish();
  };
  EXPECT_TRUE(changes(spread(16), fold_constants));
  EXPECT_FALSE(changes(spread((1 << 16) + 1), fold_constants));
}

}  // namespace
}  // namespace caloquant
