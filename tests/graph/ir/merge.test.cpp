// Merged graphs compute what each of them computes alone, bit by bit, and share what is equal.

#include "graph/ir/merge.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "graph/passes/pass.hpp"
#include "tests/graph/random_graph.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

class MergeGraphs : public testing::PropertyTest {};

TEST_F(MergeGraphs, ComputesWhatEachDoesAlone) {
  for (int round = 0; round < 10; ++round) {
    const Graph fp32 = canonicalize(testing::random_generator(random));
    const auto executable = compile_engine(fp32, 3);
    const testing::Ran run = testing::run_random(fp32, *executable, random);
    const Graph int8 = testing::quantize_everything(fp32, run.inputs);
    const std::vector<Graph> graphs{int8, fp32, int8};
    const Graph merged = merge_graphs(graphs);
    ASSERT_EQ(merged.outputs().size(), 3U);
    const auto together = testing::run_on(merged, *compile_engine(merged, 3), run.inputs);
    for (std::size_t i = 0; i < graphs.size(); ++i) {
      const auto alone = testing::run_on(graphs[i], *compile_engine(graphs[i], 3), run.inputs);
      const auto have = together[i].data<float>();
      const auto want = alone[0].data<float>();
      EXPECT_TRUE(std::equal(have.begin(), have.end(), want.begin(), want.end())) << i;
    }
  }
}

TEST_F(MergeGraphs, SharesEqualNodes) {
  const Graph graph = canonicalize(testing::random_generator(random));
  EXPECT_EQ(merge_graphs({graph, graph, graph}).nodes().size(), graph.nodes().size());
}

// Two networks that differ in their last layer share all before it.
TEST_F(MergeGraphs, SharesThePrefix) {
  GraphEditor editor("net");
  const ValueId x = editor.add_input("x", {dynamic, 4});
  const auto dense = [&](const std::string& name, ValueId src) {
    return editor.add_node(
        name, Dense{},
        {src, editor.add_constant("w", testing::random_tensor(random, {4, 4}, -1.0F, 1.0F))});
  };
  const ValueId y = dense("second", dense("first", x));
  editor.add_output("y", y);
  const Graph one = editor.finish();
  GraphEditor changed(one);
  changed.clear_outputs();
  changed.add_output("z", changed.add_node("act", Eltwise{EltwiseKind::relu, 0.0F}, {y}));
  const Graph merged = merge_graphs({one, changed.finish()});
  EXPECT_EQ(merged.nodes().size(), 3U);
  EXPECT_EQ(merged.outputs()[0].name, "0/y");
  EXPECT_EQ(merged.outputs()[1].name, "1/z");
}

}  // namespace
}  // namespace caloquant
