// Every way in which an architecture is refused, with place and reason.

#include <gmock/gmock.h>

#include <caloquant/error.hpp>
#include <fstream>

#include "graph/io/keras/reader.hpp"
#include "tests/graph/io/keras/models.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using ::testing::AllOf;
using testing::called;
using testing::functional;
using ::testing::HasSubstr;
using testing::input;
using testing::layer;
using testing::message_of;
using testing::sequential;

std::string refusal(const std::string& architecture) {
  return message_of([&] { (void)testing::read_random(architecture); });
}

/// The refusal of one layer that follows an input of these extents.
std::string refused(const std::string& extents, const std::string& type,
                    const std::string& config) {
  return refusal(functional({input("x", extents), layer(type, "a", config, "x")}, "x", {"a"}));
}

TEST(KerasRefusals, NotAModel) {
  EXPECT_THAT(refusal("{\"class_name\": "),
              AllOf(HasSubstr("model.json"), HasSubstr("not valid JSON")));
  EXPECT_THAT(refusal(R"({"a": 1, "a": 2})"), HasSubstr("the key 'a' twice"));
  EXPECT_THAT(refusal("[]"), HasSubstr("is not a Keras model"));
  EXPECT_THAT(refusal("{}"), HasSubstr("is not a Keras model"));
  EXPECT_THAT(refusal(R"({"class_name": 3})"), HasSubstr("is not a Keras model"));
  EXPECT_THAT(refusal(R"({"class_name": "Transformer", "config": {}})"),
              HasSubstr("is not a Keras model"));
}

TEST(KerasRefusals, OtherOrigins) {
  const std::string model = sequential({layer("ReLU", "a", R"("batch_input_shape": [null, 4])")});
  const auto with = [&](const std::string& entry) {
    return refusal("{" + entry + ", " + model.substr(1));
  };
  EXPECT_EQ(with(R"("keras_version": "2.15.0", "backend": "tensorflow")"), "");
  EXPECT_THAT(with(R"("keras_version": "3.0.1")"), HasSubstr("was written by Keras 3.0.1"));
  EXPECT_THAT(with(R"("keras_version": "1.2.2")"), HasSubstr("was written by Keras 1.2.2"));
  EXPECT_THAT(with(R"("backend": "theano")"), HasSubstr("the backend 'theano'"));
}

TEST(KerasRefusals, Sources) {
  EXPECT_THAT(message_of([] {
                (void)read_keras({"a.json", {}, {}});
              }),
              HasSubstr("has no weights"));
  EXPECT_THAT(message_of([] { (void)read_keras({{}, {}, 1}); }), HasSubstr("no model file"));
  EXPECT_THAT(message_of([] {
                (void)read_keras({"no_such.json", {}, 1});
              }),
              AllOf(HasSubstr("no_such.json"), HasSubstr("there is no such file")));
}

TEST(KerasRefusals, BrokenStructure) {
  EXPECT_THAT(refusal(R"({"class_name": "Sequential"})"), HasSubstr("has no 'config'"));
  EXPECT_THAT(refusal(R"({"class_name": "Sequential", "config": {}})"),
              HasSubstr("has no 'layers'"));
  EXPECT_THAT(refusal(R"({"class_name": "Sequential", "config": 3})"),
              HasSubstr("has no 'layers'"));
  EXPECT_THAT(refusal(R"({"class_name": "Sequential", "config": []})"),
              HasSubstr("no list of layers"));
  EXPECT_THAT(refusal(R"({"class_name": "Sequential", "config": {"layers": {}}})"),
              HasSubstr("no list of layers"));
  EXPECT_THAT(refusal(R"({"class_name": "Sequential", "config": [3]})"),
              HasSubstr("has no 'class_name'"));
  EXPECT_THAT(refusal(R"({"class_name": "Sequential", "config": [{"class_name": "ReLU"}]})"),
              HasSubstr("has no 'config'"));
  EXPECT_THAT(refusal(R"({"class_name": "Sequential", "config": [{"class_name": "ReLU", "config":
                        {}}]})"),
              HasSubstr("has no 'name'"));
  EXPECT_THAT(refusal(R"({"class_name": "Sequential", "config": [{"class_name": "ReLU", "config":
                        {"name": 5}}]})"),
              HasSubstr("'name' must be a text"));
  EXPECT_THAT(refusal(R"({"class_name": "Sequential", "config": [{"class_name": "ReLU", "name": "a",
                        "config": []}]})"),
              HasSubstr("the config of layer 'a' must be an object"));
  EXPECT_THAT(
      refusal(R"({"class_name": "Model", "config": {"layers": [)" + input("x", "4") + "]}}"),
      HasSubstr("has no 'input_layers'"));
  EXPECT_THAT(refusal(functional({input("x", "4")}, "x", {})),
              HasSubstr("no inputs or no outputs"));
}

TEST(KerasRefusals, BrokenConnections) {
  const auto with = [](const std::string& nodes) {
    return refusal(functional({input("x", "4"), called("ReLU", "a", "", nodes)}, "x", {"a"}));
  };
  EXPECT_EQ(with(R"([[["x", 0, 0, {}]]])"), "");
  EXPECT_THAT(with(""), HasSubstr("layer 'a' has no list 'inbound_nodes'"));
  EXPECT_THAT(with("[3]"), HasSubstr("is not a reference"));
  EXPECT_THAT(with(R"([[["x"]]])"), HasSubstr("is not a reference"));
  EXPECT_THAT(with(R"([[["x", 0, -1]]])"), HasSubstr("is not a reference"));
  EXPECT_THAT(with(R"([{"args": [], "kwargs": {}}])"),
              HasSubstr("layer 'a': ReLU needs one input, has 0"));
  EXPECT_THAT(with(R"([{"args": [3], "kwargs": {}}])"), HasSubstr("is no tensor of another layer"));
  EXPECT_THAT(with(R"([{"kwargs": {}}])"), HasSubstr("a call of layer 'a' has no 'args'"));
  const std::string tensor = R"({"class_name": "__keras_tensor__", "config": {"keras_history": )";
  EXPECT_EQ(with(R"([{"args": [)" + tensor + R"(["x", 0, 0]}}], "kwargs": {"mask": null}}])"), "");
  EXPECT_THAT(with(R"([{"args": [)" + tensor + R"(["x"]}}]}])"), HasSubstr("is not a reference"));
  EXPECT_THAT(with(R"([[["y", 0, 0]]])"), HasSubstr("a layer 'y' that is not there"));
  EXPECT_THAT(with(R"([[["x", 1, 0]]])"), HasSubstr("call 1 of layer 'x'"));
  EXPECT_THAT(with(R"([[["x", 0, 1]]])"), HasSubstr("output 1 of layer 'x', which has 1"));
  EXPECT_THAT(with(R"([[["x", 0, 0, {"training": true}]]])"),
              HasSubstr("call argument 'training' is true"));
  EXPECT_THAT(with(R"([[["a", 0, 0]]])"), HasSubstr("its inputs are never computed"));
  EXPECT_THAT(with("[]"), HasSubstr("refers to call 0 of layer 'a', which is called 0 times"));
  EXPECT_THAT(with(R"([[["x", 0, 0], ["x", 0, 0]]])"), HasSubstr("ReLU needs one input, has 2"));
  EXPECT_THAT(with("[[]]"), HasSubstr("ReLU needs one input, has 0"));
  EXPECT_THAT(refusal(functional({input("x", "4"), layer("ReLU", "a", "", "x")}, "a", {"a"})),
              HasSubstr("the model input 'a' is not an InputLayer"));
  EXPECT_THAT(refusal(functional({input("x", "4"), input("y", "4"), layer("ReLU", "a", "", "y")},
                                 "x", {"a"})),
              HasSubstr("layer 'y': is not among the inputs of its model"));
  EXPECT_THAT(refusal(functional({input("x", "4"), layer("ReLU", "x", "", "x")}, "x", {"x"})),
              HasSubstr("two layers called 'x'"));
}

TEST(KerasRefusals, NestedModels) {
  const std::string two_inputs = R"("layers": [)" + input("p", "4") + "," + input("q", "4") +
                                 R"(], "input_layers": [["p", 0, 0], ["q", 0, 0]],
                                     "output_layers": [["p", 0, 0]])";
  EXPECT_THAT(
      refusal(functional({input("x", "4"), layer("Model", "m", two_inputs, "x")}, "x", {"m"})),
      HasSubstr("layer 'm': needs 2 inputs, has 1"));
  std::string deep = layer("ReLU", "r");
  for (int i = 0; i < 40; ++i) {
    deep = layer("Sequential", "s" + std::to_string(i),
                 std::string(R"("layers": [)").append(deep).append("]"));
  }
  EXPECT_THAT(refusal(sequential({deep})), HasSubstr("nested more than 16 deep"));
}

/// Ten levels that each call the one below four times would be 4^10 layers.
TEST(KerasRefusals, ExponentialNesting) {
  std::string model = layer("ReLU", "r");
  for (int i = 0; i < 10; ++i) {
    const std::string name = "m" + std::to_string(i);
    const std::string inner = i == 0 ? called("ReLU", "r", "", R"([[["x", 0, 0]]])") : model;
    const std::string last = i == 0 ? "r" : "m" + std::to_string(i - 1);
    const std::string calls = R"([[["x", 0, 0]], [["x", 0, 0]], [["x", 0, 0]], [["x", 0, 0]]])";
    std::string config = R"("layers": [)" + input("x", "4");
    config.append(",").append(inner).append(R"(], "input_layers": [["x", 0, 0]], )");
    config.append(R"("output_layers": [[")").append(last).append(R"(", 0, 0]])");
    model = called("Model", name, config, calls);
  }
  EXPECT_THAT(refusal(functional({input("x", "4"), model}, "x", {"m9"})),
              HasSubstr("more than 10000 layer calls"));
}

TEST(KerasRefusals, UnknownLayersAndOptions) {
  EXPECT_THAT(refused("4", "LSTM", R"("units": 3)"),
              AllOf(HasSubstr("model.json: layer 'a'"), HasSubstr("class 'LSTM' are not supported"),
                    HasSubstr("AveragePooling3D, BatchNormalization, Concatenate")));
  EXPECT_THAT(refused("4", "Dense", R"("units": 3, "quantized": true)"),
              HasSubstr("option 'quantized' is not known"));
  EXPECT_THAT(refused("4", "BatchNormalization", R"("renorm": true)"),
              HasSubstr("option 'renorm'"));
}

TEST(KerasRefusals, OptionTypes) {
  EXPECT_THAT(refused("4", "Dense", ""), HasSubstr("option 'units' is missing"));
  EXPECT_THAT(refused("4", "Dense", R"("units": "many")"), HasSubstr("'units' must be an integer"));
  EXPECT_THAT(refused("4", "Dense", R"("units": 1.5)"), HasSubstr("'units' must be an integer"));
  EXPECT_THAT(refused("4", "Dense", R"("units": 0)"), HasSubstr("'units' must be positive"));
  EXPECT_THAT(refused("4", "Dense", R"("units": 18446744073709551615)"), HasSubstr("out of range"));
  EXPECT_THAT(refused("4", "Dense", R"("units": -9000000000)"), HasSubstr("out of range"));
  EXPECT_THAT(refused("4", "Dense", R"("units": 2, "use_bias": 1)"), HasSubstr("true or false"));
  EXPECT_THAT(refused("4", "Dense", R"("units": 2, "activation": 1)"),
              HasSubstr("neither a text nor a serialized function"));
  for (const char* alpha : {"\"big\"", "1e39", "true", "[0.1]"}) {
    EXPECT_THAT(refused("4", "LeakyReLU", R"("alpha": )" + std::string(alpha)),
                HasSubstr("'alpha' must be a finite number"))
        << alpha;
  }
  EXPECT_THAT(refused("4", "LeakyReLU", R"("alpha": 1e400)"), HasSubstr("is not valid JSON"));
  EXPECT_THAT(refused("4", "LeakyReLU", R"("alpha": NaN)"), HasSubstr("is not valid JSON"));
  EXPECT_THAT(refused("4, 4, 2", "ZeroPadding2D", R"("padding": 9223372036854775808)"),
              HasSubstr("'padding' is out of range"));
  EXPECT_THAT(refused("4", "Dense", R"("units": 18446744073709551617)"),
              HasSubstr("'units' must be an integer"));
  EXPECT_THAT(refused("4, 1", "Conv1D", R"("filters": 2)"), HasSubstr("'kernel_size' is missing"));
  EXPECT_THAT(refused("4, 1", "Conv1D", R"("filters": 2, "kernel_size": [1, 2])"),
              HasSubstr("must have 1 entry"));
  EXPECT_THAT(refused("4, 1", "UpSampling1D", R"("size": [[2]])"), HasSubstr("must be an integer"));
  EXPECT_THAT(refused("4, 1", "UpSampling1D", R"("size": 2, "interpolation": 2)"),
              HasSubstr("must be a text"));
  EXPECT_THAT(refused("4", "Reshape", R"("target_shape": 4)"), HasSubstr("a list of integers"));
}

TEST(KerasRefusals, Convolutions) {
  const std::string conv = R"("filters": 4, "kernel_size": 3)";
  EXPECT_THAT(refused("4", "Conv2D", conv), HasSubstr("Conv2D needs 4 axes, its input is [N, 4]"));
  EXPECT_THAT(refused("2, 9, 1", "Conv2D", conv), HasSubstr("reaches over 3 cells"));
  EXPECT_THAT(refused("9, 1", "Conv1D", conv + R"(, "padding": "full")"), HasSubstr("'full'"));
  EXPECT_THAT(refused("9, 9, 1", "Conv2D", conv + R"(, "padding": "causal")"),
              HasSubstr("'causal'"));
  EXPECT_THAT(refused("9, 1", "Conv1D", conv + R"(, "data_format": "last")"), HasSubstr("'last'"));
  EXPECT_THAT(refused("9, 1", "Conv1D", conv + R"(, "groups": 2)"),
              HasSubstr("4 filters in 2 groups"));
  EXPECT_THAT(refused("9, 2", "Conv1D", R"("filters": 3, "kernel_size": 3, "groups": 2)"),
              HasSubstr("3 filters in 2 groups"));
  EXPECT_THAT(refused("9, 2", "Conv1D", conv + R"(, "groups": 0)"), HasSubstr("in 0 groups"));
  EXPECT_THAT(refused("9, 2", "Conv1D", R"("filters": 0, "kernel_size": 3)"),
              HasSubstr("0 filters"));
  EXPECT_THAT(refused("9, 2", "Conv1D", conv + R"(, "padding": "same", "strides": 0)"),
              HasSubstr("must be positive"));
  EXPECT_THAT(refused("9, 2", "Conv1D", conv + R"(, "strides": -1)"), HasSubstr("strides must be"));
}

TEST(KerasRefusals, ResizingAndPadding) {
  EXPECT_THAT(refused("4, 4, 1", "UpSampling2D", R"("interpolation": "bilinear")"),
              HasSubstr("'bilinear' is not supported; use nearest"));
  EXPECT_THAT(refused("4, 1", "UpSampling1D", R"("size": 0)"), HasSubstr("factors must be"));
  EXPECT_THAT(refused("4, 1", "ZeroPadding1D", ""), HasSubstr("'padding' is missing"));
  EXPECT_THAT(refused("4, 1", "ZeroPadding1D", R"("padding": -1)"), HasSubstr("out of range"));
  EXPECT_THAT(refused("4, 1", "ZeroPadding1D", R"("padding": [1, 2, 3])"),
              HasSubstr("must have 1"));
  EXPECT_THAT(refused("4, 4, 1", "ZeroPadding2D", R"("padding": [1, 2, 3])"),
              HasSubstr("must have 2"));
  EXPECT_THAT(refused("4, 4, 1", "ZeroPadding2D", R"("padding": [[1, 2], [3]])"),
              HasSubstr("pairs of integers"));
  EXPECT_THAT(refused("4, 4, 1", "ZeroPadding2D", R"("padding": "same")"),
              HasSubstr("must have 2"));
  const std::string large = R"("size": [16777216, 16777216, 16777216])";
  EXPECT_THAT(refused("4, 4, 4, 1", "UpSampling3D", large), HasSubstr("its output is too large"));
}

TEST(KerasRefusals, AxesAndShapes) {
  EXPECT_THAT(refused("4, 3, 2", "BatchNormalization", R"("axis": 2)"),
              HasSubstr("'axis' must be the first or last axis of a sample, is 2"));
  EXPECT_THAT(refused("4", "BatchNormalization", R"("axis": 0)"), HasSubstr("or the batch"));
  EXPECT_THAT(refused("4", "BatchNormalization", R"("axis": [1, 2])"),
              HasSubstr("must be an integer"));
  EXPECT_THAT(refused("4", "Softmax", R"("axis": 2)"), HasSubstr("2 is no axis"));
  EXPECT_THAT(refused("4", "Concatenate", R"("axis": -3)"), HasSubstr("-3 is no axis"));
  EXPECT_THAT(refused("4, 3", "Permute", R"("dims": [1, 3])"), HasSubstr("3 is no axis"));
  EXPECT_THAT(refused("4, 3", "Permute", R"("dims": [1, 1])"), HasSubstr("does not fit src"));
  EXPECT_THAT(refused("4", "Reshape", R"("target_shape": [3])"),
              HasSubstr("does not fit the input"));
  EXPECT_THAT(refused("4", "Reshape", R"("target_shape": [-1, 3])"), HasSubstr("does not fit"));
  EXPECT_THAT(refused("4", "Reshape", R"("target_shape": [-1, -1])"), HasSubstr("does not fit"));
  EXPECT_THAT(refused("4", "Reshape", R"("target_shape": [0])"), HasSubstr("does not fit"));
  EXPECT_THAT(refusal(functional({input("x", "4"), layer("Dense", "d", R"("units": 3)", "x"),
                                  called("Add", "a", "", R"([[["x", 0, 0], ["d", 0, 0]]])")},
                                 "x", {"a"})),
              AllOf(HasSubstr("model.json: layer 'a'"), HasSubstr("cannot add [N, 4] and [N, 3]")));
}

TEST(KerasRefusals, Activations) {
  EXPECT_THAT(refused("4", "Activation", R"("activation": "mish")"),
              AllOf(HasSubstr("'mish' is not supported"), HasSubstr("leaky_relu, elu")));
  EXPECT_THAT(refused("4", "Activation", R"("activation": {"class_name": "PReLU", "config": {}})"),
              HasSubstr("of class 'PReLU'"));
  EXPECT_THAT(refused("4", "Activation", R"("activation": {"config": {}})"), HasSubstr("neither"));
  EXPECT_THAT(refused("4", "Activation", R"("activation": {"class_name": "ReLU", "config": 3})"),
              HasSubstr("neither"));
  EXPECT_THAT(
      refused("4", "Activation", R"("activation": {"class_name": "ELU", "config": {"odd": 3}})"),
      HasSubstr("option 'odd' is not known"));
  for (const std::string key : {"max_value", "negative_slope", "threshold"}) {
    EXPECT_THAT(refused("4", "ReLU", "\"" + key + "\": -1.0"),
                HasSubstr("'" + key + "' must not be negative"));
  }
}

TEST(KerasRefusals, InputShapes) {
  EXPECT_THAT(refusal(sequential({layer("ReLU", "a")})),
              HasSubstr("'batch_input_shape' is missing"));
  EXPECT_THAT(refusal(sequential({layer("ReLU", "a", R"("batch_input_shape": [null])")})),
              HasSubstr("fewer than two axes"));
  EXPECT_THAT(refusal(sequential({layer("ReLU", "a", R"("batch_input_shape": [null, null, 3])")})),
              HasSubstr("must have known extents"));
  EXPECT_THAT(refusal(sequential({layer("ReLU", "a", R"("batch_input_shape": [null, 0])")})),
              HasSubstr("must have known extents"));
  EXPECT_THAT(refusal(sequential(
                  {layer("ReLU", "a", R"("batch_input_shape": [null, 16777216, 16777216])")})),
              HasSubstr("is too large"));
}

TEST(KerasRefusals, RandomWeightsBeyondReason) {
  EXPECT_THAT(refused("16777216", "Dense", R"("units": 16777216)"),
              HasSubstr("more than can be wanted"));
}

}  // namespace
}  // namespace caloquant
