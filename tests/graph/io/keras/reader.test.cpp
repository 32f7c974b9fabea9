// What the reader builds: names, layouts, sharing, dialects, seeded weights.

#include "graph/io/keras/reader.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "tests/graph/io/keras/models.hpp"
#include "tests/graph/io/keras/support.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using testing::called;
using ::testing::ElementsAre;
using testing::functional;
using testing::layer;
using testing::read_random;
using testing::sequential;

std::vector<std::string> node_names(const Graph& graph) {
  std::vector<std::string> names;
  for (const Node& node : graph.nodes()) {
    names.push_back(node.name);
  }
  return names;
}

template <typename T>
std::ptrdiff_t count(const Graph& graph) {
  return std::count_if(graph.nodes().begin(), graph.nodes().end(),
                       [](const Node& node) { return std::holds_alternative<T>(node.op); });
}

const std::string image_input = R"("batch_input_shape": [null, 6, 5, 2])";
const std::string conv = R"("filters": 3, "kernel_size": 2)";

TEST(KerasReader, TransposesOnlyWhereTheOrderChanges) {
  const Graph graph = read_random(sequential({
      layer("Conv2D", "a", image_input + ", " + conv),
      layer("LeakyReLU", "b"),
      layer("BatchNormalization", "c", R"("axis": [3])"),
      layer("ZeroPadding2D", "d", R"("padding": 1)"),
      layer("UpSampling2D", "e"),
      layer("Conv2D", "f", conv),
  }));
  EXPECT_THAT(node_names(graph), ElementsAre("a_input/to_channels_first", "a", "b", "c", "d", "e",
                                             "f", "f/to_channels_last"));
}

TEST(KerasReader, ChannelsFirstNeedsNoTranspose) {
  const std::string first = R"(, "data_format": "channels_first")";
  const Graph graph = read_random(sequential({
      layer("Conv2D", "a",
            image_input + ", " + conv.substr(0, 12) + R"(, "kernel_size": 2)" + first),
      layer("BatchNormalization", "b", R"("axis": 1)"),
      layer("MaxPooling2D", "c", R"("pool_size": 1)" + first),
  }));
  EXPECT_THAT(node_names(graph), ElementsAre("a", "b", "c"));
}

TEST(KerasReader, OneTransposeServesTwoReadersAndUndoesItself) {
  const Graph graph =
      read_random(functional({testing::input("x", "6, 5, 2"), layer("Conv2D", "a", conv, "x"),
                              layer("Conv2D", "b", conv, "x"), layer("Flatten", "c", "", "x")},
                             "x", {"a", "b", "c"}));
  // x is moved once for a and b; c reads x itself; a and b are moved back as outputs.
  EXPECT_EQ(count<Transpose>(graph), 3);
  EXPECT_EQ(graph.find("c")->inputs.front(), graph.inputs().front());
}

TEST(KerasReader, PermuteTakesTheMoveIntoItself) {
  const Graph graph = read_random(sequential({
      layer("Conv2D", "a", image_input + ", " + conv),
      layer("Permute", "b", R"("dims": [3, 1, 2])"),
  }));
  EXPECT_EQ(std::get<Transpose>(graph.find("b")->op).permutation, (Shape{0, 1, 2, 3}));
  EXPECT_EQ(count<Transpose>(graph), 2);  // with the one before a
}

TEST(KerasReader, FusedActivationIsItsOwnNode) {
  const Graph graph = read_random(sequential({
      layer("Dense", "a", R"("batch_input_shape": [null, 4], "units": 3, "activation": "relu")"),
      layer("Dense", "b", R"("units": 2, "activation": "linear", "use_bias": false)"),
      layer("Activation", "c", R"("activation": "linear")"),
      layer("Dropout", "d", R"("rate": 0.5)"),
  }));
  EXPECT_THAT(node_names(graph), ElementsAre("a", "a/activation", "b", "c", "d"));
  EXPECT_EQ(graph.find("a")->inputs.size(), 3U);
  EXPECT_EQ(graph.find("b")->inputs.size(), 2U);
  EXPECT_TRUE(std::holds_alternative<Identity>(graph.find("c")->op));
  EXPECT_TRUE(std::holds_alternative<Identity>(graph.find("d")->op));
  EXPECT_EQ(graph.outputs().front().name, "d");
}

TEST(KerasReader, WeightsTurnIntoOurOrder) {
  const Graph graph = read_random(sequential({
      layer("Conv3D", "a", R"("batch_input_shape": [null, 5, 6, 7, 4], "filters": 6, "groups": 2,
                              "kernel_size": [1, 2, 3])"),
      layer("Dense", "b", R"("units": 5)"),
  }));
  EXPECT_EQ(graph.constant(*graph.find("a"), 1)->shape(), (Shape{6, 2, 1, 2, 3}));
  EXPECT_EQ(graph.constant(*graph.find("b"), 1)->shape(), (Shape{5, 6}));
}

TEST(KerasReader, SamePaddingIsThatOfTensorFlow) {
  const auto pads = [](int extent, int kernel, int stride, int dilation) {
    const Graph graph = read_random(sequential(
        {layer("Conv1D", "a",
               R"("padding": "same", "filters": 1, "batch_input_shape": [null, )" +
                   std::to_string(extent) + R"(, 1], "kernel_size": )" + std::to_string(kernel) +
                   R"(, "strides": [)" + std::to_string(stride) + R"(], "dilation_rate": )" +
                   std::to_string(dilation))}));
    const Conv& op = std::get<Conv>(graph.find("a")->op);
    return std::pair(op.pads_begin.front(), op.pads_end.front());
  };
  EXPECT_EQ(pads(7, 6, 1, 1), std::pair(Shape::value_type{2}, Shape::value_type{3}));
  EXPECT_EQ(pads(8, 8, 1, 1), std::pair(Shape::value_type{3}, Shape::value_type{4}));
  EXPECT_EQ(pads(9, 3, 2, 1), std::pair(Shape::value_type{1}, Shape::value_type{1}));
  EXPECT_EQ(pads(8, 3, 2, 1), std::pair(Shape::value_type{0}, Shape::value_type{1}));
  EXPECT_EQ(pads(9, 2, 1, 3), std::pair(Shape::value_type{1}, Shape::value_type{2}));
  EXPECT_EQ(pads(9, 1, 4, 1), std::pair(Shape::value_type{0}, Shape::value_type{0}));
}

TEST(KerasReader, SharedLayersShareConstants) {
  const std::string call = R"([[["x", 0, 0]], [["a", 0, 0, {}]]])";
  const Graph graph =
      read_random(functional({testing::input("x", "4"), called("Dense", "a", R"("units": 4)", call),
                              called("Add", "b", "", R"([[["a", 0, 0], ["a", 1, 0]]])")},
                             "x", {"b"}));
  EXPECT_THAT(node_names(graph), ElementsAre("a", "a/call2", "b"));
  EXPECT_EQ(graph.find("a")->inputs[1], graph.find("a/call2")->inputs[1]);
  EXPECT_EQ(graph.parameter_count(), 20);
}

TEST(KerasReader, CallsOfSharedModelsAreCountedThroughAllLevels) {
  const std::string twice = R"([[["x", 0, 0]], [["x", 0, 0]]])";
  const auto model = [&](const std::string& inner, const std::string& ends) {
    return R"("layers": [)" + testing::input("x", "4") + "," + inner +
           R"(], "input_layers": [["x", 0, 0]], "output_layers": )" + ends;
  };
  const std::string ends = R"([["n", 1, 0], ["n", 2, 0]])";
  const std::string n =
      called("Model", "n", model(layer("ReLU", "r", "", "x"), R"([["r", 0, 0]])"), twice);
  const Graph graph = read_random(R"({"class_name": "Model", "config": {)" +
                                  model(called("Model", "m", model(n, ends), twice),
                                        R"([["m", 1, 0], ["m", 1, 1], ["m", 2, 0], ["m", 2, 1]])") +
                                  "}}");
  EXPECT_THAT(node_names(graph), ElementsAre("r", "r/call2", "r/call3", "r/call4"));
}

TEST(KerasReader, InnerNamesGetTheOuterOnlyWhenTheyClash) {
  const auto inner = [](const std::string& name, const std::string& reads) {
    return testing::nested(name, {layer("Dense", "d", R"("units": 4)"), layer("ReLU", name + "_r")},
                           reads);
  };
  const Graph graph = read_random(functional(
      {testing::input("x", "4"), inner("m", "x"), inner("n", "m"), layer("ReLU", "top", "", "n")},
      "x", {"top"}));
  EXPECT_THAT(node_names(graph), ElementsAre("m/d", "m_r", "n/d", "n_r", "top"));
}

TEST(KerasReader, LayersMayStandInAnyOrder) {
  const Graph graph = read_random(functional(
      {layer("ReLU", "b", "", "a"), layer("ELU", "a", "", "x"), testing::input("x", "4")}, "x",
      {"b"}));
  EXPECT_THAT(node_names(graph), ElementsAre("a", "b"));
}

TEST(KerasReader, BareReferencesAreUnderstood) {
  const Graph graph =
      read_random(R"({"class_name": "Functional", "config": {"name": "m", "layers": [)" +
                  testing::input("x", "4") + "," +
                  called("ReLU", "a", "", R"([["x", 0, 0, {"training": null}]])") +
                  R"(], "input_layers": ["x", 0, 0], "output_layers": {"named": ["a", 0, 0]}}})");
  EXPECT_EQ(graph.outputs().front().name, "named");
  EXPECT_EQ(graph.name(), "m");
}

TEST(KerasReader, SeveralInputsAndOutputsKeepTheirOrder) {
  const Graph graph = read_random(R"({"class_name": "Model", "config": {"layers": [)" +
                                  testing::input("x", "4") + "," + testing::input("y", "5") + "," +
                                  layer("ReLU", "a", "", "x") + "," + layer("ReLU", "b", "", "y") +
                                  R"(], "input_layers": [["y", 0, 0], ["x", 0, 0]],
          "output_layers": [["b", 0, 0], ["a", 0, 0], ["a", 0, 0], ["x", 0, 0]]}})");
  EXPECT_EQ(graph.value(graph.inputs()[0]).shape, (Shape{dynamic, 5}));
  EXPECT_EQ(graph.value(graph.inputs()[1]).shape, (Shape{dynamic, 4}));
  std::vector<std::string> names;
  for (const GraphOutput& output : graph.outputs()) {
    names.push_back(output.name);
  }
  EXPECT_THAT(names, ElementsAre("b", "a", "a_2", "x"));
}

TEST(KerasReader, ABatchInTheFileIsForgotten) {
  const Graph graph =
      read_random(sequential({layer("ReLU", "a", R"("batch_input_shape": [16, 4])")}));
  EXPECT_EQ(graph.value(graph.inputs().front()).shape, (Shape{dynamic, 4}));
}

TEST(KerasReader, SlopesUnderBothNames) {
  const auto slope = [](const std::string& type, const std::string& options) {
    const Graph graph =
        read_random(sequential({layer(type, "a", R"("batch_input_shape": [null, 4])" + options)}));
    return std::get<Eltwise>(graph.find("a")->op).alpha;
  };
  EXPECT_EQ(slope("LeakyReLU", ""), 0.3F);
  EXPECT_EQ(slope("LeakyReLU", R"(, "alpha": 0.1)"), 0.1F);
  EXPECT_EQ(slope("LeakyReLU", R"(, "negative_slope": 0.2)"), 0.2F);
  EXPECT_EQ(slope("LeakyReLU", R"(, "alpha": {"type": "ndarray", "value": 0.4})"), 0.4F);
  EXPECT_EQ(slope("ELU", R"(, "alpha": 0.5)"), 0.5F);
}

TEST(KerasReader, ReluWithItsOptions) {
  const auto relu = [](const std::string& options) {
    const Graph graph = read_random(
        sequential({layer("ReLU", "a", R"("batch_input_shape": [null, 4])" + options)}));
    const Node* bent = graph.find("a/bent");
    return std::pair(std::get<Eltwise>(graph.find("a")->op),
                     bent == nullptr ? std::nullopt : std::optional(std::get<Eltwise>(bent->op)));
  };
  constexpr float none = -std::numeric_limits<float>::infinity();
  using Functions = std::pair<Eltwise, std::optional<Eltwise>>;
  EXPECT_EQ(relu(""), Functions(Eltwise{EltwiseKind::relu}, std::nullopt));
  EXPECT_EQ(relu(R"(, "max_value": 6.0)"), Functions(clip_between(0.0F, 6.0F), std::nullopt));
  EXPECT_EQ(relu(R"(, "max_value": 0.0)"), Functions(clip_between(0.0F, 0.0F), std::nullopt));
  EXPECT_EQ(relu(R"(, "threshold": 0.5, "negative_slope": 0.25)"),
            Functions(Eltwise{EltwiseKind::threshold, 0.5F, 0.25F}, std::nullopt));
  EXPECT_EQ(relu(R"(, "max_value": 6.0, "negative_slope": 0.1)"),
            Functions(clip_between(none, 6.0F), Eltwise{EltwiseKind::leaky_relu, 0.1F}));
  EXPECT_EQ(relu(R"(, "max_value": 6.0, "threshold": 1.0)"),
            Functions(clip_between(none, 6.0F), Eltwise{EltwiseKind::threshold, 1.0F}));
}

TEST(KerasReader, HarmlessOptionsAreIgnored) {
  const std::string options = R"("batch_input_shape": [null, 4], "units": 2, "dtype": {"class_name":
      "Policy", "config": {"name": "float32"}}, "kernel_initializer": {"class_name": "Zeros"},
      "bias_regularizer": {"class_name": "L2"})";
  EXPECT_NE(read_random(sequential({layer("Dense", "a", options)})).find("a"), nullptr);
}

Tensor kernel_of(std::uint64_t seed, const std::string& name, const char* others = "") {
  const Graph graph = testing::read_random(
      sequential(
          {layer("Reshape", "r", R"("batch_input_shape": [null, 400], "target_shape": [400])") +
               others,
           layer("Dense", name, R"("units": 100)")}),
      seed);
  return *graph.constant(*graph.find(name), 1);
}

TEST(KerasRandomWeights, DependOnSeedAndNameOnly) {
  const Tensor kernel = kernel_of(7, "a");
  const auto same = [&](const Tensor& other) {
    return std::ranges::equal(kernel.data<float>(), other.data<float>());
  };
  EXPECT_TRUE(same(kernel_of(7, "a")));
  EXPECT_TRUE(same(kernel_of(7, "a", R"(, {"class_name": "ReLU", "config": {"name": "extra"}})")));
  EXPECT_FALSE(same(kernel_of(8, "a")));
  EXPECT_FALSE(same(kernel_of(7, "b")));
}

/// The first normal draws of Philox-4x32-10 with the seed as key and FNV-1a of "a/kernel" as event,
/// made by Box-Muller in a few lines of Python, times sqrt(2 / 400).
TEST(KerasRandomWeights, AreTheDocumentedGenerator) {
  const Tensor kernel = kernel_of(1, "a");  // [100, 400]: drawn along axis 0
  EXPECT_FLOAT_EQ(kernel.data<float>()[0], -0.0155944207F);
  EXPECT_FLOAT_EQ(kernel.data<float>()[400], 0.0277263092F);
  EXPECT_FLOAT_EQ(kernel.data<float>()[800], -0.00210473401F);
}

TEST(KerasRandomWeights, KernelsAreHeNormal) {
  const Tensor kernel = kernel_of(11, "a");
  const auto values = kernel.data<float>();
  double sum = 0.0;
  double squares = 0.0;
  for (const float value : values) {
    sum += static_cast<double>(value);
    squares += static_cast<double>(value) * static_cast<double>(value);
  }
  const auto n = static_cast<double>(values.size());  // 40000
  const double variance = 2.0 / 400.0;
  // Standard errors: sqrt(variance / n) of the mean, variance * sqrt(2 / n) of the variance; 5
  // each.
  EXPECT_NEAR(sum / n, 0.0, 5.0 * std::sqrt(variance / n));
  EXPECT_NEAR(squares / n, variance, 5.0 * variance * std::sqrt(2.0 / n));
}

TEST(KerasRandomWeights, StatisticsArePlausible) {
  const Graph graph = read_random(
      sequential({layer("BatchNormalization", "a", R"("batch_input_shape": [null, 500])")}));
  const Node& node = *graph.find("a");
  const auto range = [&](std::size_t index) {
    const auto values = graph.constant(node, index)->data<float>();
    return std::pair(*std::ranges::min_element(values), *std::ranges::max_element(values));
  };
  for (const std::size_t positive : {1U, 4U}) {  // gamma, variance
    EXPECT_GE(range(positive).first, 0.5F);
    EXPECT_LE(range(positive).second, 1.5F);
    EXPECT_GT(range(positive).second - range(positive).first, 0.9F);  // 500 draws: misses at 1e-10
  }
  EXPECT_GE(range(2).first, -0.05F);
  EXPECT_LE(range(2).second, 0.05F);
  EXPECT_GE(range(3).first, -0.2F);
  EXPECT_LE(range(3).second, 0.2F);
}

}  // namespace
}  // namespace caloquant
