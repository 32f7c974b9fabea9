// Attributes of other opsets, with values that are not supported, or unknown: refused by name.

#include <gmock/gmock.h>

#include <caloquant/error.hpp>

#include "graph/io/onnx/onnx_reader.hpp"
#include "tests/graph/io/onnx/model_builder.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using ::testing::HasSubstr;
using testing::message_of;

std::string refusal(const testing::OnnxBuilder& builder) {
  const testing::TempDir folder;
  return message_of([&] { (void)read_onnx(builder.save(folder / "model.onnx")); });
}

TEST(OnnxAttributes, OfOtherOpsetsAndValuesAreRefused) {
  const auto with = [](std::int64_t opset, const std::string& op, const auto& set) {
    testing::OnnxBuilder builder(opset);
    builder.input("x", {-1, 4, 6, 6}).output("y");
    for (const char* name : {"s", "b", "m", "v"}) {
      builder.weights(name, {4}, {1, 2, 3, 4});
    }
    const std::vector<std::string> inputs = op == "BatchNormalization"
                                                ? std::vector<std::string>{"x", "s", "b", "m", "v"}
                                                : std::vector<std::string>{"x"};
    set(builder.node(op, inputs, "y"));
    return refusal(builder);
  };
  const auto integer = [](const char* name, std::int64_t value) {
    return [=](onnx_proto::NodeProto& node) { testing::set_integer(node, name, value); };
  };
  EXPECT_EQ(with(13, "Softmax", integer("axis", 1)), "");
  EXPECT_THAT(with(13, "Softmax", integer("no_such", 0)), HasSubstr("unknown attribute 'no_such'"));
  EXPECT_THAT(with(13, "Softmax",
                   [&](onnx_proto::NodeProto& node) {
                     testing::set_integer(node, "axis", 1);
                     testing::set_integer(node, "axis", 2);
                   }),
              HasSubstr("attribute 'axis' twice"));
  EXPECT_THAT(with(13, "ReduceSum",
                   [](onnx_proto::NodeProto& node) { testing::set_integers(node, "axes", {2}); }),
              HasSubstr("attribute 'axes', which it does not have in this opset"));
  EXPECT_THAT(with(13, "Concat", [](onnx_proto::NodeProto&) {}), HasSubstr("no attribute 'axis'"));
  EXPECT_THAT(with(15, "BatchNormalization", integer("training_mode", 1)),
              HasSubstr("attribute 'training_mode', of which only 0 is supported"));
  EXPECT_EQ(with(15, "BatchNormalization", integer("training_mode", 0)), "");
  EXPECT_THAT(with(8, "BatchNormalization", integer("spatial", 0)),
              HasSubstr("attribute 'spatial', of which only 1 is supported"));
  EXPECT_THAT(with(13, "BatchNormalization", integer("training_mode", 0)),
              HasSubstr("does not have in this opset"));
}

/// Dropout's mode is an input; with it, random cells would be zero.
TEST(OnnxAttributes, TrainingModeOfDropoutIsRefused) {
  for (const bool training : {false, true}) {
    for (const float ratio : {0.0F, 0.5F}) {
      testing::OnnxBuilder builder(13);
      builder.input("x", {-1, 4}).output("y").weights("r", {}, {ratio});
      onnx_proto::TensorProto& mode = *builder.model().mutable_graph()->add_initializer();
      mode.set_name("t");
      mode.set_data_type(9);
      mode.add_int32_data(training ? 1 : 0);
      builder.node("Dropout", {"x", "r", "t"}, "y");
      if (training) {
        EXPECT_THAT(refusal(builder), HasSubstr("is in training mode"));
      } else {
        EXPECT_EQ(refusal(builder), "");
      }
    }
  }
}

}  // namespace
}  // namespace caloquant
