// Where values are looked for in an expected file, and each thing that can be wrong with them.

#include "quantizer/verify/expected_values.hpp"

#include <gmock/gmock.h>

#include <caloquant/error.hpp>
#include <cmath>
#include <functional>

#include "graph/io/files/h5file.hpp"
#include "graph/ir/editor.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::message_of;

Tensor rows(std::int64_t count, std::int64_t extent) {
  return Tensor(DType::f32, {count, extent});
}

/// Two layers of two inputs each; layers "first" and "second".
class ExpectedFile : public ::testing::Test {
 protected:
  ExpectedFile() : one_(network(1)), two_(network(2)) {}

  static Graph network(int inputs) {
    GraphEditor editor("net");
    for (int i = 0; i < inputs; ++i) {
      const std::string suffix = inputs == 1 ? "" : std::to_string(i);
      const ValueId x = editor.add_input("x" + suffix, {dynamic, 3});
      editor.add_output("y" + suffix,
                        editor.add_node("relu" + suffix, Eltwise{EltwiseKind::relu}, {x}));
    }
    return editor.finish();
  }

  std::string write(const std::vector<std::pair<std::string, Tensor>>& datasets) {
    const auto path = folder_ / "expected.h5";
    H5File file = H5File::create(path);
    for (const auto& [name, tensor] : datasets) {
      file.write(name, tensor);
    }
    file.commit();
    return path.string();
  }

  [[nodiscard]] ExpectedValues read(const std::string& inputs, const std::string& outputs = {},
                                    int tensors = 1) const {
    return expected_values(ExpectedFiles{inputs, outputs}, tensors == 1 ? one_ : two_, layers_);
  }
  [[nodiscard]] std::string refusal(const std::string& inputs, const std::string& outputs = {},
                                    int tensors = 1) const {
    return message_of([&] { (void)read(inputs, outputs, tensors); });
  }

  testing::TempDir folder_;
  Graph one_;
  Graph two_;
  ImportedLayers layers_{{{"first", "node/first"}, "Dense", "first", false},
                         {{"second"}, "ReLU", "relu", false}};
};

TEST_F(ExpectedFile, ThreeLines) {
  const std::string file = write({{"/inputs", rows(4, 3)},
                                  {"/outputs", rows(4, 3)},
                                  {"/layers/second", rows(4, 3)},
                                  {"/layers/node/first", rows(4, 5)}});
  const ExpectedValues values = read(file);
  EXPECT_EQ(values.rows, 4);
  EXPECT_EQ(values.inputs.front().dataset, "/inputs");
  EXPECT_EQ(values.outputs.front().place(), file + ":/outputs");
  ASSERT_EQ(values.layers.size(), 2U);
  EXPECT_EQ(values.layers[0].layer, 0U);  // in the order of the network
  EXPECT_THAT(values.layers[0].tensor.shape, ElementsAre(4, 5));
  EXPECT_EQ(values.layers[1].layer, 1U);
}

TEST_F(ExpectedFile, SeveralByName) {
  const std::string file = write({{"/inputs/x1", rows(2, 3)},
                                  {"/inputs/x0", rows(2, 3)},
                                  {"/outputs/y0", rows(2, 3)},
                                  {"/outputs/y1", rows(2, 3)}});
  const ExpectedValues values = read(file, {}, 2);
  EXPECT_EQ(values.inputs[0].dataset, "/inputs/x0");
  EXPECT_EQ(values.outputs[1].dataset, "/outputs/y1");
}

TEST_F(ExpectedFile, OtherNames) {
  const auto datasets_of = [&](const std::string& file, int tensors = 1) {
    const ExpectedValues values = read(file, {}, tensors);
    return std::pair(values.inputs.back().dataset, values.outputs.back().dataset);
  };
  EXPECT_EQ(datasets_of(write({{"/inputs/any", rows(1, 3)}, {"/outputs/other", rows(1, 3)}})),
            std::pair(std::string("/inputs/any"), std::string("/outputs/other")));
  EXPECT_EQ(datasets_of(write({{"/x", rows(1, 3)}, {"/y", rows(1, 3)}})),
            std::pair(std::string("x"), std::string("y")));
  EXPECT_EQ(datasets_of(write({{"/input_0", rows(1, 3)},
                               {"/output_0", rows(1, 3)},
                               {"/input_1", rows(1, 3)},
                               {"/output_1", rows(1, 3)}}),
                        2),
            std::pair(std::string("input_1"), std::string("output_1")));
  const std::string file = write({{"/a", rows(1, 3)}, {"/b", rows(1, 3)}});
  EXPECT_EQ(read(file + ":a", file + ":b").outputs.front().dataset, "b");
}

TEST_F(ExpectedFile, WhatIsMissing) {
  const std::string file = write({{"/inputs", rows(2, 3)}, {"/z", rows(2, 3)}});
  EXPECT_THAT(refusal(file),
              AllOf(HasSubstr(file + ": does not hold the output 'y' of the network"),
                    HasSubstr("write it as dataset outputs")));
  EXPECT_THAT(refusal(file, {}, 2), AllOf(HasSubstr("does not hold the input 'x0'"),
                                          HasSubstr("write it as dataset inputs/x0")));
  EXPECT_THAT(refusal(file, file + ":q"), HasSubstr(":/q: is not there; the file holds '/inputs'"));
  EXPECT_THAT(refusal(file + ":z", {}, 2), HasSubstr("is one array, the network has 2 inputs"));
  EXPECT_THAT(refusal((folder_ / "none.h5").string()), HasSubstr("none.h5"));
}

TEST_F(ExpectedFile, ALayerThatIsNone) {
  const std::string file =
      write({{"/inputs", rows(2, 3)}, {"/outputs", rows(2, 3)}, {"/layers/secondd", rows(2, 3)}});
  EXPECT_THAT(refusal(file), HasSubstr("/layers/secondd: is no layer of the model; did you mean "
                                       "'second'?"));
}

TEST_F(ExpectedFile, RowsAndShapes) {
  EXPECT_THAT(refusal(write({{"/inputs", rows(2, 3)}, {"/outputs", rows(3, 3)}})),
              HasSubstr("/outputs: has 3 rows, the inputs have 2"));
  EXPECT_THAT(
      refusal(write(
          {{"/inputs", rows(2, 3)}, {"/outputs", rows(2, 3)}, {"/layers/first", rows(1, 3)}})),
      HasSubstr("/layers/first: has 1 row, the inputs have 2"));
  EXPECT_THAT(refusal(write({{"/inputs", rows(2, 4)}, {"/outputs", rows(2, 3)}})),
              HasSubstr("/inputs: has the shape [2, 4]; the input 'x' of the network is"));
  EXPECT_THAT(refusal(write({{"/inputs", Tensor(DType::f32, {})}, {"/outputs", rows(2, 3)}})),
              HasSubstr("/inputs: holds no rows"));
}

TEST_F(ExpectedFile, AValueThatIsNoNumber) {
  Tensor outputs = rows(2, 3);
  outputs.data<float>()[4] = std::nanf("");
  const ExpectedValues values = read(write({{"/inputs", rows(2, 3)}, {"/outputs", outputs}}));
  EXPECT_EQ(message_of([&] { (void)values.inputs.front().first_rows(2); }), "");
  EXPECT_THAT(message_of([&] { (void)values.outputs.front().first_rows(2); }),
              HasSubstr("/outputs[1]: holds a value that is not finite"));
}

TEST_F(ExpectedFile, ArraysInMemory) {
  const std::vector<float> values(6, 1.0F);
  const ArrayView view{values, {2, 3}};
  const ExpectedValues found = expected_values(
      ExpectedArrays{{{"", view}}, {{"y", view}}, {{"node/first", view}}}, one_, layers_);
  EXPECT_EQ(found.rows, 2);
  EXPECT_EQ(found.layers.front().layer, 0U);
  EXPECT_THAT(message_of([&] {
                (void)expected_values(ExpectedArrays{{{"", view}}, {}, {}}, one_, layers_);
              }),
              HasSubstr("does not hold the output 'y'"));
}

}  // namespace
}  // namespace caloquant
