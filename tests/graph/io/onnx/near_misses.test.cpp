// Networks that are almost what the graph has an operator for: read as what they are, or refused.
// One step of leniency in the importer makes another network of each.

#include <gmock/gmock.h>

#include <functional>

#include "graph/io/onnx/onnx_reader.hpp"
#include "tests/graph/io/onnx/model_builder.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using ::testing::HasSubstr;
using testing::message_of;
using testing::OnnxBuilder;
using testing::set_integer;
using testing::set_text;
using testing::TempDir;

using Fill = std::function<void(OnnxBuilder&)>;

/// The message for x [N, 4, 4, 4] -> y with the nodes that `fill` adds; empty: it is read.
std::string refusal(const Fill& fill) {
  OnnxBuilder builder;
  builder.input("x", {-1, 4, 4, 4}).output("y");
  fill(builder);
  const TempDir folder;
  return message_of([&] { (void)read_onnx(builder.save(folder / "model.onnx")); });
}

TEST(OnnxNearMisses, DepthToSpaceInTheOtherOrder) {
  const auto with_mode = [](const char* mode) {
    return refusal([mode](OnnxBuilder& builder) {
      auto& node = builder.node("DepthToSpace", {"x"}, "y");
      set_integer(node, "blocksize", 2);
      set_text(node, "mode", mode);
    });
  };
  EXPECT_EQ(with_mode("DCR"), "");
  EXPECT_THAT(with_mode("CRD"), HasSubstr("has a mode other than DCR"));
}

TEST(OnnxNearMisses, SplitOfTheBatch) {
  const auto split = [](bool with_axis) {
    return refusal([with_axis](OnnxBuilder& builder) {
      auto& node = builder.node("Split", {"x"}, "a", "split");
      node.add_output("b");
      if (with_axis) {
        set_integer(node, "axis", 1);
      }
      set_integer(builder.node("Concat", {"a", "b"}, "y", "joined"), "axis", 1);
    });
  };
  EXPECT_EQ(split(true), "");
  EXPECT_THAT(split(false), HasSubstr("splits the batch"));
}

TEST(OnnxNearMisses, PartsInAnotherOrder) {
  const auto joined = [](const std::string& first, const std::string& second) {
    return refusal([&](OnnxBuilder& builder) {
      builder.list("zero", {0}).list("two", {2}).list("four", {4}).list("axis", {3});
      builder.node("Slice", {"x", "zero", "two", "axis"}, "a", "front");
      builder.node("Slice", {"x", "two", "four", "axis"}, "b", "back");
      set_integer(builder.node("Concat", {first, second}, "y", "joined"), "axis", 3);
    });
  };
  EXPECT_EQ(joined("a", "b"), "");
  EXPECT_THAT(joined("b", "a"), HasSubstr("in an order that is no repetition of cells"));
}

TEST(OnnxNearMisses, ResizeThatTakesOtherCells) {
  const auto resized = [](const char* rounding) {
    return refusal([rounding](OnnxBuilder& builder) {
      builder.weights("scales", {4}, {1.0F, 1.0F, 2.0F, 2.0F});
      auto& node = builder.node("Resize", {"x", "", "scales"}, "y");
      set_text(node, "coordinate_transformation_mode", "asymmetric");
      set_text(node, "nearest_mode", rounding);
    });
  };
  EXPECT_EQ(resized("floor"), "");
  EXPECT_THAT(resized("ceil"), HasSubstr("takes other cells than a repetition by 2 does"));
}

/// Without an axis the scales of 8-bit weights go over axis 1, which is the src's channels.
TEST(OnnxNearMisses, ScalesOfWeightsAlongAnotherAxis) {
  const auto with_axis = [](bool given) {
    return refusal([given](OnnxBuilder& builder) {
      auto& weights = *builder.model().mutable_graph()->add_initializer();
      weights.set_name("w");
      weights.set_data_type(3);  // INT8
      for (const std::int64_t extent : {4, 4, 1, 1}) {
        weights.add_dims(extent);
      }
      weights.set_raw_data(std::string(16, '\x11'));
      builder.weights("scales", {4}, {0.1F, 0.2F, 0.3F, 0.4F});
      auto& node = builder.node("DequantizeLinear", {"w", "scales"}, "f", "dq");
      if (given) {
        set_integer(node, "axis", 0);
      }
      builder.node("Conv", {"x", "f"}, "y", "conv");
    });
  };
  EXPECT_EQ(with_axis(true), "");
  EXPECT_THAT(with_axis(false), HasSubstr("has weight scales along axis 1, output channels are"));
}

}  // namespace
}  // namespace caloquant
