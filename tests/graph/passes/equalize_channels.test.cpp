#include "graph/passes/equalize_channels.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "graph/passes/pass.hpp"
#include "tests/graph/random_graph.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using ::testing::ElementsAre;
using testing::random_tensor;
using testing::run_on;

Conv plain_conv(std::int64_t groups = 1) {
  return {{1, 1}, {1, 1}, {0, 0}, {0, 0}, groups};
}

bool same_bits(const Tensor& a, const Tensor& b) {
  const auto x = a.data<float>();
  const auto y = b.data<float>();
  return x.size() == y.size() && std::memcmp(x.data(), y.data(), x.size_bytes()) == 0;
}

bool same_constants(const Graph& a, const Graph& b) {
  if (a.nodes().size() != b.nodes().size()) {
    return false;
  }
  for (std::size_t i = 0; i < a.nodes().size(); ++i) {
    for (std::size_t input = 0; input < a.nodes()[i].inputs.size(); ++input) {
      if (a.constant(a.nodes()[i], input) != b.constant(b.nodes()[i], input)) {
        return false;
      }
    }
  }
  return true;
}

/// max |x| of the channels of the srcs of all layers on these inputs.
ChannelRanges ranges_on(const Graph& graph, const std::vector<Tensor>& inputs) {
  GraphEditor editor(graph);
  editor.clear_outputs();
  std::vector<std::string> layers;
  for (const Node& node : graph.nodes()) {
    if (is_quantizable(node.op) && graph.constant(node, 1) != nullptr) {
      editor.add_output(node.name, node.inputs[0]);
      layers.push_back(node.name);
    }
  }
  const Graph tapped = editor.finish();
  const auto executable = compile_reference(tapped, inputs.front().shape().front());
  const std::vector<Tensor> values = run_on(tapped, *executable, inputs);
  ChannelRanges ranges;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const auto channels = static_cast<std::size_t>(values[i].shape()[1]);
    const auto events = static_cast<std::size_t>(values[i].shape()[0]);
    const std::span<const float> cells = values[i].data<float>();
    const std::size_t per_channel = cells.size() / events / channels;
    std::vector<float>& range = ranges[layers[i]];
    range.assign(channels, 0.0F);
    for (std::size_t k = 0; k < cells.size(); ++k) {
      float& widest = range[k / per_channel % channels];
      widest = std::max(widest, std::fabs(cells[k]));
    }
  }
  return ranges;
}

/// x [N, 2, 4, 3] -> conv "first" -> affine "norm" -> ..., with channels of very different size.
class EqualizeChannels : public testing::PropertyTest {
 protected:
  EqualizeChannels() {
    ValueId conv = add_conv("first", x, {4, 2, 2, 2}, 1);
    norm = editor.add_node("norm", Affine{}, {conv, constant(unequal), constant({0, 1, 0, 2})});
  }

  ValueId constant(Shape shape, const std::vector<float>& values) {
    return editor.add_constant("c",
                               Tensor::of<float>(std::move(shape), std::span<const float>(values)));
  }
  ValueId constant(const std::vector<float>& values) {
    return constant({static_cast<std::int64_t>(values.size())}, values);
  }
  ValueId add_conv(const std::string& name, ValueId src, Shape weights, std::int64_t groups = 1) {
    const ValueId bias =
        editor.add_constant("b", random_tensor(random, {weights.front()}, -1.0F, 1.0F));
    const ValueId w = editor.add_constant("w", random_tensor(random, weights, -1.0F, 1.0F));
    return editor.add_node(name, plain_conv(groups), {src, w, bias});
  }
  ValueId act(const std::string& name, EltwiseKind kind, ValueId src, float alpha = 0.0F,
              float beta = 0.0F) {
    return editor.add_node(name, Eltwise{kind, alpha, beta}, {src});
  }
  Graph finish(ValueId output) {
    editor.add_output("y", output);
    return editor.finish();
  }
  std::vector<Tensor> inputs_of(const Graph& graph) {
    Shape shape = graph.value(graph.inputs()[0]).shape;
    shape.front() = 3;
    return {random_tensor(random, shape, -2.0F, 2.0F)};
  }
  EqualizedGraph equalized(const Graph& graph) {
    return equalize_channels(graph, ranges_on(graph, inputs_of(graph)));
  }
  void expect_left_alone(const Graph& graph) {
    const EqualizedGraph result = equalized(graph);
    for (const EqualizedPlace& place : result.places) {
      EXPECT_NE(place.place, "norm");
    }
    EXPECT_EQ(graph.constant(*graph.find("norm"), 1),
              result.graph.constant(*result.graph.find("norm"), 1));
  }

  const std::vector<float> unequal{0.01F, 1.0F, 30.0F, 0.2F};
  GraphEditor editor{"net"};
  ValueId x = editor.add_input("x", {dynamic, 2, 4, 3});
  ValueId norm{};
};

TEST_F(EqualizeChannels, ChangesNoBitOfAnyRandomNetwork) {
  std::size_t places = 0;
  for (int round = 0; round < 150; ++round) {
    const Graph graph = canonicalize(testing::random_generator(random));
    const std::vector<Tensor> inputs = inputs_of(graph);
    const EqualizedGraph result = equalize_channels(graph, ranges_on(graph, inputs));
    places += result.places.size();
    EXPECT_EQ(result.places.empty(), same_constants(graph, result.graph));
    for (const auto compile : {+[](const Graph& g) { return compile_reference(g, 3); },
                               +[](const Graph& g) { return compile_engine(g, 3); }}) {
      const auto before = compile(graph);
      const auto after = compile(result.graph);
      EXPECT_TRUE(same_bits(run_on(graph, *before, inputs).front(),
                            run_on(result.graph, *after, inputs).front()))
          << round;
    }
  }
  EXPECT_GT(places, 20U);
}

// Every constant is the old one times a power of two, and what a place gives its reader takes.
TEST_F(EqualizeChannels, ByPowersOfTwoThatBringRangesTogether) {
  const Graph graph = finish(add_conv("second", norm, {3, 4, 2, 2}));
  const std::vector<Tensor> inputs = inputs_of(graph);
  const ChannelRanges before = ranges_on(graph, inputs);
  const EqualizedGraph result = equalize_channels(graph, before);
  ASSERT_EQ(result.places.size(), 1U);
  EXPECT_EQ(result.places[0].place, "norm");
  EXPECT_THAT(result.places[0].readers, ElementsAre("second"));
  EXPECT_LT(result.places[0].smallest, 1.0F);
  EXPECT_GT(result.places[0].largest, 1.0F);
  const ChannelRanges after = ranges_on(result.graph, inputs);
  const auto spread = [](const std::vector<float>& ranges) {
    return *std::ranges::max_element(ranges) / *std::ranges::min_element(ranges);
  };
  // The ranges of activations and weights share the difference, each to within sqrt(2).
  EXPECT_LT(spread(after.at("second")), 4.0F * std::sqrt(spread(before.at("second"))));
  EXPECT_LT(spread(after.at("second")), 0.25F * spread(before.at("second")));
  for (std::size_t c = 0; c < 4; ++c) {
    int exponent = 0;
    const float factor = before.at("second")[c] / after.at("second")[c];
    EXPECT_EQ(std::frexp(factor, &exponent), 0.5F) << factor;
    for (const std::size_t input : {std::size_t{1}, std::size_t{2}}) {
      EXPECT_EQ(result.graph.constant(*result.graph.find("norm"), input)->data<float>()[c] * factor,
                graph.constant(*graph.find("norm"), input)->data<float>()[c]);
    }
    EXPECT_EQ(result.graph.constant(*result.graph.find("second"), 1)->data<float>()[4 * c],
              graph.constant(*graph.find("second"), 1)->data<float>()[4 * c] * factor);
  }
}

TEST_F(EqualizeChannels, SeesThroughWhatCommutes) {
  ValueId y = act("relu", EltwiseKind::relu, norm);
  y = act("leaky", EltwiseKind::leaky_relu, y, 0.3F);
  y = act("clip", EltwiseKind::clip, y, 0.0F, std::numeric_limits<float>::infinity());
  y = editor.add_node("pad", Pad{{0, 0, 1, 0}, {0, 0, 0, 2}}, {y});
  y = editor.add_node("up", UpsampleNearest{{2, 1}}, {y});
  y = editor.add_node("pool", Pool{PoolKind::max, {2, 1}, {1, 1}, {0, 0}, {0, 0}}, {y});
  y = editor.add_node("turn", Transpose{{0, 1, 3, 2}}, {y});
  y = editor.add_node("move", DepthToSpace{{2, 1}, {1, 0}}, {y});
  const Graph graph = finish(add_conv("second", y, {3, 2, 1, 1}));
  const EqualizedGraph result = equalized(graph);
  ASSERT_EQ(result.places.size(), 1U);
  const auto mul = result.graph.constant(*result.graph.find("norm"), 1)->data<float>();
  // Channels 0 and 2 become one, and so do 1 and 3.
  EXPECT_FLOAT_EQ(mul[0] / unequal[0], mul[2] / unequal[2]);
  EXPECT_FLOAT_EQ(mul[1] / unequal[1], mul[3] / unequal[3]);
}

TEST_F(EqualizeChannels, DenseIsAPlaceAndAReader) {
  const ValueId image = editor.add_input("latent", {dynamic, 3});
  ValueId y =
      editor.add_node("dense", Dense{},
                      {image, editor.add_constant("w", random_tensor(random, {8, 3}, -1.0F, 1.0F)),
                       constant({0, 1, 2, 3, 400, 500, 600, 700})});
  const ValueId w = editor.add_constant("w", random_tensor(random, {2, 8}, -1.0F, 1.0F));
  y = editor.add_node("cells", Reshape{{dynamic, 2, 2, 2}}, {y});
  y = add_conv("conv", y, {8, 2, 2, 2});
  y = editor.add_node("vector", Reshape{{dynamic, 8}}, {y});
  editor.add_output("y", editor.add_node("last", Dense{}, {y, w}));
  const Graph graph = editor.finish();
  const ChannelRanges ranges{
      {"conv", {4.0F, 700.0F}}, {"last", {1, 1, 1, 1, 1, 1, 1, 64}}, {"dense", {1, 1, 1}}};
  const EqualizedGraph result = equalize_channels(graph, ranges);
  ASSERT_EQ(result.places.size(), 2U);
  EXPECT_EQ(result.places[0].place, "dense");
  EXPECT_EQ(result.places[1].place, "conv");
  EXPECT_THAT(result.places[1].readers, ElementsAre("last"));
}

TEST_F(EqualizeChannels, GroupsHaveTheirOwnChannels) {
  const Graph graph = finish(add_conv("second", norm, {4, 2, 1, 1}, 2));
  const std::vector<Tensor> inputs = inputs_of(graph);
  const EqualizedGraph result = equalize_channels(graph, ranges_on(graph, inputs));
  ASSERT_EQ(result.places.size(), 1U);
  const auto before = compile_reference(graph, 3);
  const auto after = compile_reference(result.graph, 3);
  EXPECT_TRUE(same_bits(run_on(graph, *before, inputs).front(),
                        run_on(result.graph, *after, inputs).front()));
}

// Both readers take the factors; the Affine among them has no range of its own.
TEST_F(EqualizeChannels, AllReadersTakeTheFactors) {
  editor.add_output("z", add_conv("other", act("relu", EltwiseKind::relu, norm), {1, 4, 1, 1}));
  editor.add_output("v", editor.add_node("scale", Affine{},
                                         {norm, constant({1, 2, 3, 4}), constant({1, 2, 3, 4})}));
  const Graph graph = finish(add_conv("second", norm, {3, 4, 2, 2}));
  const std::vector<Tensor> inputs = inputs_of(graph);
  const EqualizedGraph result = equalize_channels(graph, ranges_on(graph, inputs));
  ASSERT_EQ(result.places.size(), 1U);
  EXPECT_EQ(result.places[0].readers.size(), 3U);
  const auto before = compile_reference(graph, 3);
  const auto after = compile_reference(result.graph, 3);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_TRUE(
        same_bits(run_on(graph, *before, inputs)[i], run_on(result.graph, *after, inputs)[i]));
  }
}

TEST_F(EqualizeChannels, DeadChannelsKeepTheirScale) {
  const ValueId w = constant({1, 4, 1, 1}, {1.0F, 0.0F, 1.0F, 1.0F});
  const Graph graph = finish(editor.add_node("second", plain_conv(), {norm, w}));
  const EqualizedGraph result =
      equalize_channels(graph, {{"second", {0.0F, 5.0F, 1e30F, 1e-30F}}, {"first", {1.0F, 1.0F}}});
  ASSERT_EQ(result.places.size(), 1U);
  EXPECT_EQ(result.places[0].largest, 4096.0F);
  EXPECT_EQ(result.places[0].smallest, 1.0F / 4096.0F);
  const auto mul = result.graph.constant(*result.graph.find("norm"), 1)->data<float>();
  EXPECT_EQ(mul[0], unequal[0]);
  EXPECT_EQ(mul[1], unequal[1]);
}

TEST_F(EqualizeChannels, NotWithoutRanges) {
  const Graph graph = finish(add_conv("second", norm, {3, 4, 2, 2}));
  EXPECT_TRUE(equalize_channels(graph, {}).places.empty());
}

TEST_F(EqualizeChannels, NotBehindASigmoid) {
  expect_left_alone(finish(add_conv("second", act("s", EltwiseKind::sigmoid, norm), {3, 4, 2, 2})));
}

TEST_F(EqualizeChannels, NotBehindAReluWithACeiling) {
  expect_left_alone(
      finish(add_conv("second", act("s", EltwiseKind::clip, norm, 0.0F, 6.0F), {3, 4, 2, 2})));
}

TEST_F(EqualizeChannels, NotBehindAnExtremum) {
  const ValueId bounded =
      editor.add_node("most", Extremum{}, {norm, constant({0.1F, 0.2F, 0.3F, 0.4F})});
  expect_left_alone(finish(add_conv("second", bounded, {3, 4, 2, 2})));
}

TEST_F(EqualizeChannels, NotWithAReaderThatCannotBeScaled) {
  editor.add_output("z", act("t", EltwiseKind::tanh, norm));
  expect_left_alone(finish(add_conv("second", norm, {3, 4, 2, 2})));
}

TEST_F(EqualizeChannels, NotWhenTheNetworkGivesItOut) {
  const ValueId relu = act("relu", EltwiseKind::relu, norm);
  editor.add_output("z", relu);
  expect_left_alone(finish(add_conv("second", relu, {3, 4, 2, 2})));
}

TEST_F(EqualizeChannels, NotWithComputedWeights) {
  const ValueId weights = editor.add_input("weights", {3, 4, 2, 2});
  const Graph graph = finish(editor.add_node("second", plain_conv(), {norm, weights}));
  EXPECT_TRUE(equalize_channels(graph, {{"second", {1.0F, 9.0F, 99.0F, 0.1F}}}).places.empty());
}

TEST_F(EqualizeChannels, NotWherePaddingAddsChannels) {
  const ValueId pad = editor.add_node("pad", Pad{{0, 1, 0, 0}, {0, 0, 0, 0}}, {norm});
  expect_left_alone(finish(add_conv("second", pad, {3, 5, 2, 2})));
}

TEST_F(EqualizeChannels, NotWhereChannelsAreMixed) {
  const ValueId turned = editor.add_node("turn", Transpose{{0, 2, 1, 3}}, {norm});
  expect_left_alone(finish(add_conv("second", turned, {3, 3, 2, 2})));
}

TEST_F(EqualizeChannels, NotWhereAConstantWouldLoseBits) {
  const float tiny = std::numeric_limits<float>::denorm_min();
  const ValueId w = constant({2, 4, 1, 1}, {tiny, 1, 1, 1, 1, 1, 1, 1});
  const Graph graph = finish(editor.add_node("second", plain_conv(), {norm, w}));
  const ChannelRanges ranges{{"second", {1e-6F, 1.0F, 1.0F, 1.0F}}, {"first", {1.0F, 1.0F}}};
  EXPECT_TRUE(equalize_channels(graph, ranges).places.empty());
}

}  // namespace
}  // namespace caloquant
