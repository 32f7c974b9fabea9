#include "quantizer/output/emit/verified_write.hpp"

#include <gmock/gmock.h>

#include <caloquant/error.hpp>
#include <fstream>

#include "graph/exec/executor.hpp"
#include "graph/ir/difference.hpp"
#include "graph/ir/editor.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using ::testing::HasSubstr;
using testing::message_of;
using testing::TempDir;

/// y = leaky_relu(W x + b).
Graph network(const std::string& name = "net") {
  GraphEditor editor(name);
  const ValueId x = editor.add_input("x", {dynamic, 2});
  const ValueId dense = editor.add_node(
      "dense", Dense{},
      {x, editor.add_constant("w", Tensor::of<float>({2, 2}, std::vector{1.0F, 2.0F, -3.0F, 0.5F})),
       editor.add_constant("b", Tensor::of<float>({2}, std::vector{0.25F, -0.5F}))});
  editor.add_output("y", editor.add_node("act", Eltwise{EltwiseKind::leaky_relu, 0.1F}, {dense}));
  return editor.finish();
}

NativeModel native() {
  NativeModel model;
  model.graph = network();
  model.sample_inputs = {Tensor::of<float>({1, 2}, std::vector{1.0F, -1.0F})};
  // W x + b = (-0.75, -4): by hand.
  model.sample_outputs = {Tensor::of<float>({1, 2}, std::vector{-0.075F, -0.4F})};
  model.provenance = "{}";
  return model;
}

std::size_t files_in(const TempDir& folder) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder.path()),
                                                std::filesystem::directory_iterator()));
}

TEST(VerifiedWrite, WritesWhatPasses) {
  const TempDir folder;
  write_verified_native(native(), folder / "m.h5");
  EXPECT_EQ(difference(read_native(folder / "m.h5").graph, network()), "");
  EXPECT_TRUE(write_verified_onnx(network(), folder / "m.onnx", OnnxProfile::openvino).empty());
  EXPECT_EQ(files_in(folder), 2U);
}

TEST(VerifiedWrite, NoFileWhoseSamplesAreWrong) {
  const TempDir folder;
  NativeModel model = native();
  model.sample_outputs[0].data<float>()[0] = 1.0F;
  const std::string message = message_of([&] { write_verified_native(model, folder / "m.h5"); });
  EXPECT_THAT(message, HasSubstr((folder / "m.h5").string() + ":/samples/output_0"));
  EXPECT_THAT(message, HasSubstr("is not written, because what would be in it does not pass"));
  EXPECT_EQ(message.find(".caloquant"), std::string::npos) << message;
  EXPECT_EQ(files_in(folder), 0U);
}

/// What its own loader refuses: samples of another width than the network's input.
TEST(VerifiedWrite, NoFileThatCannotBeRead) {
  const TempDir folder;
  NativeModel model = native();
  model.sample_inputs[0] = Tensor(DType::f32, {1, 3});
  EXPECT_THAT(message_of([&] { write_verified_native(model, folder / "m.h5"); }),
              HasSubstr("is not written"));
  EXPECT_EQ(files_in(folder), 0U);
}

TEST(VerifiedWrite, NoFileThatBreaksTheRulesOfOnnx) {
  const TempDir folder;
  EXPECT_THAT(message_of([&] {
                (void)write_verified_onnx(network(""), folder / "m.onnx", OnnxProfile::openvino);
              }),
              HasSubstr("holds a graph without a name"));
  EXPECT_EQ(files_in(folder), 0U);
}

/// A further check sees the file as it is, under another name, and can keep it away.
TEST(VerifiedWrite, NoFileThatAFurtherCheckRefuses) {
  const TempDir folder;
  const FileCheck refuse = [](const std::filesystem::path& file) {
    EXPECT_TRUE(std::filesystem::exists(file));
    throw ModelError(file.string(), "is worse");
  };
  const std::string of_h5 =
      message_of([&] { write_verified_native(native(), folder / "m.h5", refuse); });
  EXPECT_THAT(of_h5, HasSubstr((folder / "m.h5").string() + ": is not written"));
  EXPECT_THAT(of_h5, HasSubstr("does not pass: is worse"));
  EXPECT_THAT(message_of([&] {
                (void)write_verified_onnx(network(), folder / "m.onnx", OnnxProfile::openvino, 0,
                                          {}, refuse);
              }),
              HasSubstr("does not pass: is worse"));
  EXPECT_EQ(files_in(folder), 0U);
}

/// A file of an earlier run stays when the new one does not pass.
TEST(VerifiedWrite, TheOldFileStays) {
  const TempDir folder;
  write_verified_native(native(), folder / "m.h5");
  NativeModel model = native();
  model.sample_outputs[0].data<float>()[0] = 1.0F;
  EXPECT_THROW(write_verified_native(model, folder / "m.h5"), ModelError);
  EXPECT_NO_THROW((void)read_native(folder / "m.h5"));
  EXPECT_EQ(files_in(folder), 1U);
}

TEST(GraphDifference, NamesTheFirstThing) {
  EXPECT_EQ(difference(network(), network()), "");
  const auto changed = [](const auto& change) {
    GraphEditor editor(network());
    change(editor);
    return difference(network(), editor.finish());
  };
  EXPECT_EQ(changed([](GraphEditor& e) {
              e.set_op(NodeId{1}, Eltwise{EltwiseKind::relu, 0.0F});
            }),
            "layer 'act' has another operator");
  EXPECT_EQ(changed([](GraphEditor& e) {
              e.set_output_units({2.0, 1.0});
            }),
            "the output has other units");
  EXPECT_EQ(changed([](GraphEditor& e) {
              e.set_input(NodeId{0}, 2, e.add_constant("b", Tensor(DType::f32, {2})));
            }),
            "layer 'dense' has another input 2");
  EXPECT_EQ(changed([](GraphEditor& e) {
              e.clear_outputs();
              e.add_output("z", e.graph().nodes().back().output);
            }),
            "output 'y' differs");
  EXPECT_EQ(changed([](GraphEditor& e) {
              e.set_quant(NodeId{0}, {{DType::f32, 1.0F, 0}, {1.0F}},
                          std::make_shared<const Tensor>(DType::s8, Shape{2, 2}));
            }),
            "layer 'dense' has another quantization");
}

}  // namespace
}  // namespace caloquant
