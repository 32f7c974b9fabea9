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
using testing::ops_of;

/// x [N, 4, 2, 3, 2], channels first; what Keras 3 makes of UpSampling3D and ZeroPadding3D.
struct Spread {
  GraphEditor editor{"spread"};
  ValueId x = editor.add_input("x", {dynamic, 4, 2, 3, 2});

  ValueId last(const std::string& name, ValueId src) {
    return editor.add_node(name, Transpose{{0, 2, 3, 4, 1}}, {src});
  }
  ValueId first(const std::string& name, ValueId src) {
    return editor.add_node(name, Transpose{{0, 4, 1, 2, 3}}, {src});
  }
  ValueId up(const std::string& name, ValueId src, Shape factors) {
    return editor.add_node(name, UpsampleNearest{std::move(factors)}, {src});
  }
  Graph finish(ValueId output) {
    editor.add_output("y", output);
    return editor.finish();
  }
};

// The third axis of [N, D, H, W, C] is repeated where the engine takes D for channels.
TEST(SinkTranspose, JoinsWhatIsRepeatedChannelsLast) {
  Spread s;
  const ValueId depth = s.up("depth", s.x, {2, 1, 1});
  const ValueId width = s.up("width", s.last("last", depth), {1, 3, 1});
  const ValueId pad = s.editor.add_node("pad", Pad{{0, 1, 0, 2, 0}, {0, 1, 0, 0, 0}}, {width});
  const Graph before = s.finish(s.first("first", pad));
  const Graph graph = testing::after(before, sink_transpose);
  ASSERT_THAT(ops_of(graph), ElementsAre("upsample_nearest", "pad"));
  EXPECT_EQ(std::get<UpsampleNearest>(graph.nodes()[0].op).factors, (Shape{2, 1, 3}));
  EXPECT_EQ(std::get<Pad>(graph.nodes()[1].op).begin, (Shape{0, 0, 1, 0, 2}));
  EXPECT_FALSE(changes(graph, sink_transpose)) << "not idempotent";
  EXPECT_TRUE(testing::compute_the_same_bits(before, graph));
}

// An up-sampling that a convolution reads is collapsed into it: nothing may come between.
TEST(SinkTranspose, StaysWhereNoOtherOneFollows) {
  Spread s;
  EXPECT_FALSE(changes(s.finish(s.up("up", s.last("last", s.x), {1, 3, 1})), sink_transpose));
}

TEST(SinkTranspose, StaysWhereSomethingElseReads) {
  Spread s;
  const ValueId up = s.up("up", s.last("last", s.x), {1, 3, 1});
  s.editor.add_output("between", up);
  EXPECT_FALSE(changes(s.finish(s.first("first", up)), sink_transpose));
}

TEST(SinkTranspose, StaysWhereChannelsAreRepeated) {
  Spread s;
  const ValueId up = s.up("up", s.last("last", s.x), {1, 1, 2});
  EXPECT_FALSE(changes(s.finish(s.first("first", up)), sink_transpose));
}

}  // namespace
}  // namespace caloquant
