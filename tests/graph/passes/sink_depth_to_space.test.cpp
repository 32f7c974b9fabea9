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

/// x [N, 12, 3, 2] -> depth to space by (2, 3) without the last column: [N, 2, 6, 5].
struct Moved {
  GraphEditor editor{"moved"};
  ValueId x = editor.add_input("x", {dynamic, 12, 3, 2});
  ValueId move = editor.add_node("move", DepthToSpace{{2, 3}, {0, 1}}, {x});

  ValueId relu(ValueId src, const std::string& name = "relu") {
    return editor.add_node(name, Eltwise{}, {src});
  }
  ValueId affine(ValueId src) {
    return editor.add_node(
        "affine", Affine{},
        {src, editor.add_constant("m", filled({2})), editor.add_constant("a", filled({2}, 2.0F))});
  }
  Graph finish(ValueId output) {
    editor.add_output("y", output);
    return editor.finish();
  }
};

// Neither function nor channel changes for any cell: the numbers are the same bits.
TEST(SinkDepthToSpace, GoesBehindEverythingCellWise) {
  Moved m;
  const Graph before = m.finish(m.relu(m.affine(m.relu(m.move)), "last"));
  const Graph graph = testing::after(before, sink_depth_to_space);
  EXPECT_THAT(ops_of(graph), ElementsAre("relu", "affine", "relu", "depth_to_space"));
  EXPECT_EQ(graph.nodes()[2].name, "last");
  EXPECT_EQ(graph.constant(graph.nodes()[1], 1)->shape(), Shape{12});
  EXPECT_FALSE(changes(graph, sink_depth_to_space)) << "not idempotent";
  EXPECT_TRUE(testing::compute_the_same_bits(before, graph));
}

TEST(SinkDepthToSpace, NotWithAnotherReader) {
  Moved m;
  m.editor.add_output("z", m.relu(m.move, "other"));
  EXPECT_FALSE(changes(m.finish(m.relu(m.move)), sink_depth_to_space));
}

TEST(SinkDepthToSpace, NotWhenItIsAnOutput) {
  Moved m;
  m.editor.add_output("moved", m.move);
  EXPECT_FALSE(changes(m.finish(m.relu(m.move)), sink_depth_to_space));
}

TEST(SinkDepthToSpace, NotBehindVectorsThatAreComputed) {
  for (const bool mul : {true, false}) {
    Moved m;
    const ValueId one = m.editor.add_constant("c", filled({2}));
    const ValueId other = m.editor.add_input("v", {2});
    const ValueId affine =
        m.editor.add_node("affine", Affine{}, {m.move, mul ? other : one, mul ? one : other});
    EXPECT_FALSE(changes(m.finish(affine), sink_depth_to_space)) << "mul " << mul;
  }
}

TEST(SinkDepthToSpace, NotBehindOtherOperators) {
  Moved softmax;
  EXPECT_FALSE(
      changes(softmax.finish(softmax.editor.add_node("softmax", Softmax{1}, {softmax.move})),
              sink_depth_to_space));
  Moved none;
  EXPECT_FALSE(changes(none.finish(none.relu(none.x)), sink_depth_to_space));
}

// What stood behind an up-sampled convolution is in front of the DepthToSpace when all is done.
TEST(SinkDepthToSpace, EndsBehindTheEpilogueOfACollapsedConvolution) {
  GraphEditor editor("block");
  ValueId x = editor.add_input("x", {dynamic, 2, 3, 3});
  const auto vector = [&](float first) { return editor.add_constant("v", filled({4}, first)); };
  x = editor.add_node("up", UpsampleNearest{{2, 3}}, {x});
  x = editor.add_node("pad", Pad{{0, 0, 1, 0}, {0, 0, 2, 1}}, {x});
  x = editor.add_node("conv", Conv{{1, 1}, {1, 1}, {0, 0}, {0, 0}, 1},
                      {x, editor.add_constant("w", filled({4, 2, 3, 4}))});
  x = editor.add_node("act", Eltwise{EltwiseKind::leaky_relu, 0.3F}, {x});
  x = editor.add_node("norm", BatchNorm{},
                      {x, vector(1.0F), vector(0.5F), vector(-0.5F),
                       editor.add_constant("variance", Tensor(DType::f32, {4}))});
  editor.add_output("y", x);
  EXPECT_THAT(ops_of(canonicalize(editor.finish())),
              ElementsAre("conv", "leaky_relu", "affine", "depth_to_space"));
}

}  // namespace
}  // namespace caloquant
