#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <set>

#include "graph/io/keras/reader.hpp"
#include "graph/passes/pass.hpp"
#include "tests/graph/passes/support.hpp"
#include "tests/graph/random_graph.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using testing::after;
using testing::changes;
using testing::count;
using ::testing::ElementsAre;
using testing::filled;
using testing::ops_of;

/// x [N, in, space] -> up -> conv -> y, with a bias.
struct Case {
  Shape space;
  Shape factors;
  Shape kernel;
  Shape begin;
  Shape end;
  std::int64_t in = 2;
  std::int64_t out = 3;

  [[nodiscard]] Shape src() const { return joined({dynamic, in}, space); }
  [[nodiscard]] Shape weights() const { return joined({out, in}, kernel); }
  [[nodiscard]] Conv conv() const {
    const Shape ones(space.size(), 1);
    return {ones, ones, begin, end, 1};
  }
  static Shape joined(Shape front, const Shape& back) {
    front.insert(front.end(), back.begin(), back.end());
    return front;
  }
};

Graph build(const Case& c, Tensor weights, Tensor bias) {
  GraphEditor editor("case");
  const ValueId x = editor.add_input("x", c.src());
  const ValueId up = editor.add_node("up", UpsampleNearest{c.factors}, {x});
  editor.add_output("y", editor.add_node("conv", c.conv(),
                                         {up, editor.add_constant("w", std::move(weights)),
                                          editor.add_constant("b", std::move(bias))}));
  return editor.finish();
}

Graph build(const Case& c) {
  return build(c, filled(c.weights()), filled({c.out}));
}

Tensor run(const Graph& graph, const Tensor& input) {
  const auto executable = compile_reference(graph, input.shape().front());
  return testing::run_on(graph, *executable, {input}).front();
}

/// Counted position by position along one up-sampled axis: how many cells of x all positions read,
/// and with how many kernel entries.
struct Reads {
  std::int64_t different = 0;
  std::int64_t all = 0;
};

Reads count_reads(const Case& c, std::size_t axis) {
  Reads reads;
  const std::int64_t padded = c.space[axis] * c.factors[axis] + c.begin[axis] + c.end[axis];
  for (std::int64_t p = 0; p + c.kernel[axis] <= padded; ++p) {
    std::set<double> cells;
    for (std::int64_t k = 0; k < c.kernel[axis]; ++k) {
      cells.insert(std::floor(static_cast<double>(p + k - c.begin[axis]) /
                              static_cast<double>(c.factors[axis])));
    }
    reads.different += static_cast<std::int64_t>(cells.size());
    reads.all += c.kernel[axis];
  }
  return reads;
}

bool saves_macs(const Case& c) {
  bool saves = false;
  for (std::size_t axis = 0; axis < c.space.size(); ++axis) {
    const Reads reads = count_reads(c, axis);
    saves = saves || reads.different < reads.all;
  }
  return saves;
}

class CollapseUpsample : public testing::PropertyTest {
 protected:
  std::int64_t draw(int low, int high) { return testing::uniform_int(random, low, high); }

  /// 1 to 3 axes; factors to 6, kernels to 8, pads beyond both.
  Case any_case() {
    Case c;
    for (std::int64_t axis = draw(1, 3); axis > 0; --axis) {
      c.space.push_back(draw(1, 3));
      c.factors.push_back(draw(1, 6));
      c.begin.push_back(draw(0, 1) * draw(0, 9));
      c.end.push_back(draw(0, 1) * draw(0, 9));
      const std::int64_t padded = c.space.back() * c.factors.back() + c.begin.back() + c.end.back();
      c.kernel.push_back(std::min(padded, draw(1, c.space.size() == 1 ? 8 : 5)));
    }
    c.in = draw(1, 2);
    c.out = draw(1, 3);
    return c;
  }

  Tensor integers(Shape shape) {
    Tensor tensor(DType::f32, std::move(shape));
    for (float& value : tensor.data<float>()) {
      value = static_cast<float>(draw(-8, 8));
    }
    return tensor;
  }
};

// Integers whose sums stay below 2^24 leave nothing to rounding: at most 2 * 8 * 5 * 5 products of
// 8 * 8 per output.
TEST_F(CollapseUpsample, IsExactForAnyFactorKernelAndPadding) {
  int collapsed = 0;
  for (int round = 0; round < 300; ++round) {
    const Case c = any_case();
    const Graph before = build(c, integers(c.weights()), integers({c.out}));
    ASSERT_EQ(changes(before, collapse_upsample), saves_macs(c));
    collapsed += saves_macs(c) ? 1 : 0;
    const Graph graph = after(before, collapse_upsample);
    ASSERT_FALSE(changes(graph, collapse_upsample)) << "not idempotent";
    Shape shape = c.src();
    shape.front() = 2;
    const Tensor input = integers(shape);
    const Tensor expected = run(before, input);
    const Tensor found = run(graph, input);
    ASSERT_EQ(found.shape(), expected.shape());
    for (std::size_t i = 0; i < expected.data<float>().size(); ++i) {
      ASSERT_EQ(found.data<float>()[i], expected.data<float>()[i])
          << "cell " << i << ", factors " << to_string(c.factors) << ", kernel "
          << to_string(c.kernel) << ", pads " << to_string(c.begin) << to_string(c.end);
    }
  }
  EXPECT_GT(collapsed, 150);
}

// A weight is rounded once, by 2^-24 of itself, and it is no larger than the n weights of at most
// 0.5 that it sums; they meet inputs of at most 2. The sum is rounded once on either side.
TEST_F(CollapseUpsample, KeepsNumbersToOneRoundingOfTheWeights) {
  for (int round = 0; round < 100; ++round) {
    const Case c = any_case();
    const Graph before = build(c, testing::random_tensor(random, c.weights(), -0.5F, 0.5F),
                               testing::random_tensor(random, {c.out}, -0.5F, 0.5F));
    Shape shape = c.src();
    shape.front() = 2;
    const Tensor input = testing::random_tensor(random, shape, -2.0F, 2.0F);
    const Tensor expected = run(before, input);
    const Tensor found = run(after(before, collapse_upsample), input);
    const auto products = static_cast<double>(c.in * element_count(c.kernel));
    for (std::size_t i = 0; i < expected.data<float>().size(); ++i) {
      const auto want = static_cast<double>(expected.data<float>()[i]);
      const double allowed = std::ldexp(products * 0.5 * 2.0 + 2.0 * std::fabs(want), -24);
      ASSERT_NEAR(static_cast<double>(found.data<float>()[i]), want, allowed);
    }
  }
}

// Ones under a kernel of ones count the cells that are no padding: 00 111 111 0, four at a time.
TEST_F(CollapseUpsample, PaddingStaysOutside) {
  const Case c{{2}, {3}, {4}, {2}, {1}, 1, 1};
  const auto ones = [](Shape shape) {
    Tensor tensor(DType::f32, std::move(shape));
    std::fill(tensor.data<float>().begin(), tensor.data<float>().end(), 1.0F);
    return tensor;
  };
  const Graph graph =
      after(build(c, ones(c.weights()), Tensor(DType::f32, {1})), collapse_upsample);
  const Conv& conv = std::get<Conv>(graph.find("conv")->op);
  EXPECT_EQ(conv.pads_begin, Shape{1});  // q from floor(-2 / 3) to floor((2 + 3 - 2) / 3)
  EXPECT_EQ(conv.pads_end, Shape{1});
  EXPECT_EQ(graph.constant(*graph.find("conv"), 1)->shape(), (Shape{3, 1, 3}));
  EXPECT_EQ(std::get<DepthToSpace>(graph.find("conv/depth_to_space")->op),
            (DepthToSpace{{3}, {0}}));
  EXPECT_THAT(run(graph, ones({1, 1, 2})).data<float>(), ElementsAre(2, 3, 4, 4, 4, 3));
}

// Weights 10 and 1 over 2 2 2 3 3 3: five positions of two phases, the sixth is dropped.
TEST_F(CollapseUpsample, CropsTheLastPhases) {
  const Case c{{2}, {3}, {2}, {0}, {0}, 1, 1};
  const std::vector<float> weights{10, 1};
  const std::vector<float> cells{2, 3};
  const Graph graph = after(
      build(c, Tensor::of<float>({1, 1, 2}, weights), Tensor(DType::f32, {1})), collapse_upsample);
  EXPECT_THAT(graph.constant(*graph.find("conv"), 1)->data<float>(),
              ElementsAre(11, 0, 11, 0, 10, 1));  // phases 0 and 1 read one cell, phase 2 two
  EXPECT_EQ(std::get<DepthToSpace>(graph.find("conv/depth_to_space")->op),
            (DepthToSpace{{3}, {1}}));
  EXPECT_THAT(run(graph, Tensor::of<float>({1, 1, 2}, cells)).data<float>(),
              ElementsAre(22, 22, 23, 33, 33));
}

TEST_F(CollapseUpsample, KeepsNamesOutputsAndUnits) {
  GraphEditor editor(build({{2, 2}, {2, 2}, {3, 3}, {1, 1}, {1, 1}}));
  const ValueId y = editor.graph().outputs()[0].value;
  editor.add_output("z", editor.add_node("conv/depth_to_space", Eltwise{}, {y}));
  editor.set_output_units({50.0, 0.85});
  const Graph graph = after(editor.finish(), collapse_upsample);
  EXPECT_THAT(ops_of(graph), ElementsAre("conv", "depth_to_space", "relu"));
  EXPECT_EQ(graph.nodes()[0].name, "conv");
  EXPECT_EQ(graph.nodes()[1].name, "conv/depth_to_space_2");
  EXPECT_EQ(graph.outputs()[0].name, "y");
  EXPECT_EQ(graph.outputs()[0].value, graph.nodes()[1].output);
  EXPECT_EQ(graph.output_units(), (EnergyUnits{50.0, 0.85}));
}

TEST_F(CollapseUpsample, KeepsTheUpsamplingForOtherReaders) {
  GraphEditor editor(build({{2, 2}, {2, 2}, {3, 3}, {1, 1}, {1, 1}}));
  editor.add_output("up", editor.graph().find("up")->output);
  const Graph graph = after(editor.finish(), collapse_upsample);
  EXPECT_EQ(count(graph, "upsample_nearest"), 1);
  EXPECT_EQ(graph.producer(graph.find("conv")->inputs[0]), nullptr);  // reads x itself
}

TEST_F(CollapseUpsample, GoesThroughTwoUpsamplings) {
  GraphEditor editor("two");
  const ValueId x = editor.add_input("x", {dynamic, 1, 3});
  ValueId y = editor.add_node("up1", UpsampleNearest{{2}}, {x});
  y = editor.add_node("up2", UpsampleNearest{{3}}, {y});
  y = editor.add_node("conv", Conv{{1}, {1}, {2}, {1}, 1},
                      {y, editor.add_constant("w", integers({2, 1, 5}))});
  editor.add_output("y", y);
  const Graph before = editor.finish();
  const Graph graph = after(before, collapse_upsample);
  EXPECT_THAT(ops_of(graph), ElementsAre("conv", "depth_to_space", "depth_to_space"));
  const Tensor input = integers({1, 1, 3});
  const Tensor expected = run(before, input);
  const Tensor found = run(graph, input);
  EXPECT_THAT(found.data<float>(), ::testing::ElementsAreArray(expected.data<float>()));
}

TEST_F(CollapseUpsample, NotBeyondUnitStridesDilationsAndOneGroup) {
  const Case c{{4, 4}, {2, 2}, {3, 3}, {0, 0}, {0, 0}, 2, 4};
  const auto with = [&](auto change) {
    Conv conv = c.conv();
    Tensor weights = filled(c.weights());
    change(conv, weights);
    GraphEditor editor("other");
    const ValueId x = editor.add_input("x", c.src());
    const ValueId up = editor.add_node("up", UpsampleNearest{c.factors}, {x});
    editor.add_output(
        "y", editor.add_node("conv", conv, {up, editor.add_constant("w", std::move(weights))}));
    return changes(editor.finish(), collapse_upsample);
  };
  EXPECT_TRUE(with([](Conv&, Tensor&) {}));
  EXPECT_FALSE(with([](Conv& conv, Tensor&) { conv.strides = {1, 2}; }));
  EXPECT_FALSE(with([](Conv& conv, Tensor&) { conv.dilations = {2, 1}; }));
  EXPECT_FALSE(with([](Conv& conv, Tensor& weights) {
    conv.groups = 2;
    weights = filled({4, 1, 3, 3});
  }));
}

TEST_F(CollapseUpsample, NotWithWeightsOrBiasThatAreComputed) {
  const Case c{{4}, {2}, {3}, {0}, {0}};
  for (const bool weights : {true, false}) {
    GraphEditor editor("computed");
    const ValueId x = editor.add_input("x", c.src());
    const ValueId w = weights ? editor.add_input("w", c.weights())
                              : editor.add_constant("w", filled(c.weights()));
    const ValueId b =
        weights ? editor.add_constant("b", filled({c.out})) : editor.add_input("b", {c.out});
    const ValueId up = editor.add_node("up", UpsampleNearest{c.factors}, {x});
    editor.add_output("y", editor.add_node("conv", c.conv(), {up, w, b}));
    EXPECT_FALSE(changes(editor.finish(), collapse_upsample)) << "weights " << weights;
  }
}

TEST_F(CollapseUpsample, NotWhenQuantized) {
  const Case c{{4}, {2}, {3}, {0}, {0}};
  const Graph graph = testing::quantize_everything(build(c), {filled({1, c.in, 4})});
  EXPECT_FALSE(changes(graph, collapse_upsample));
}

TEST_F(CollapseUpsample, NotWithoutAnUpsampling) {
  const Case c{{4}, {2}, {3}, {0}, {0}};
  EXPECT_FALSE(changes(after(build(c), collapse_upsample), collapse_upsample));
  EXPECT_FALSE(changes(build({{4}, {1}, {3}, {0}, {0}}), collapse_upsample));  // by 1
}

TEST_F(CollapseUpsample, NotWhenNothingIsSaved) {
  EXPECT_FALSE(
      changes(build({{2, 2, 2}, {2, 2, 2}, {1, 1, 1}, {0, 0, 0}, {0, 0, 0}}), collapse_upsample));
  // The kernel is 1 along the axis that is up-sampled, 3 along the other.
  EXPECT_FALSE(changes(build({{2, 4}, {2, 1}, {1, 3}, {0, 0}, {0, 0}}), collapse_upsample));
}

TEST_F(CollapseUpsample, NotWhenTheWeightsBecomeTooLarge) {
  // 400^2 phases of 2x2 entries and 16^2 channels are 164 million weights.
  Case c{{1, 1}, {400, 400}, {2, 2}, {0, 0}, {0, 0}, 16, 16};
  EXPECT_FALSE(changes(build(c), collapse_upsample));
  c.out = 1;
  EXPECT_TRUE(changes(build(c), collapse_upsample));
}

// conv3d_1 of AngleGAN: 9x9x8x8 cells, up-sampled by 6, kernel 6x6x8, valid: 49x49x41 positions.
TEST_F(CollapseUpsample, AngleGanReadsTwoByTwoByThreeCells) {
  const auto configs = std::filesystem::path(CALOQUANT_SOURCE_DIR) / "configs";
  const Graph graph =
      canonicalize(read_keras({configs / "anglegan.json", configs / "anglegan_demo.hdf5", {}}));
  const Node& conv = *graph.find("conv3d_1");
  EXPECT_EQ(graph.value(conv.output).shape, (Shape{dynamic, 1728, 9, 9, 7}));
  const Tensor& weights = *graph.constant(conv, 1);
  EXPECT_EQ(weights.shape(), (Shape{1728, 8, 2, 2, 3}));
  EXPECT_EQ(std::get<DepthToSpace>(graph.find("conv3d_1/depth_to_space")->op),
            (DepthToSpace{{6, 6, 6}, {5, 5, 1}}));
  // Phase 0 reads one cell along x and y, the other five two: 11 entries over 6 phases. Along z
  // phases 0 to 4 read two cells, phase 5 three: 13.
  const auto values = weights.data<float>();
  const auto entries = std::count_if(values.begin(), values.end(), [](float w) { return w != 0; });
  EXPECT_EQ(entries, 8 * 8 * 11 * 11 * 13);
  const double mean = static_cast<double>(entries) / 216.0;  // per position, over all phases
  EXPECT_NEAR(mean * 49 * 49 * 41, 45.9e6, 0.05e6);
  // Phase by phase, only the positions that are kept: phase 0 nine times of 49, 5 along z six
  // of 41.
  std::int64_t macs = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto phase = static_cast<std::int64_t>(i) / (8 * 8 * 12);
    const auto kept = [](std::int64_t at, std::int64_t positions) {
      return (positions - at + 5) / 6;
    };
    macs += values[i] != 0.0F ? kept(phase / 36, 49) * kept(phase / 6 % 6, 49) * kept(phase % 6, 41)
                              : 0;
  }
  EXPECT_EQ(macs, 8 * 8 * (9 + 40 * 2) * (9 + 40 * 2) * (35 * 2 + 6 * 3));  // 44.6 million
}

}  // namespace
}  // namespace caloquant
