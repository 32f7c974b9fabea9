#include "graph/io/native/native_format.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "graph/exec/executor.hpp"
#include "graph/io/files/checksum_block.hpp"
#include "graph/io/files/h5file.hpp"
#include "graph/ir/editor.hpp"
#include "graph/passes/pass.hpp"
#include "ops/core/qmath.hpp"
#include "ops/core/weight_scales.hpp"
#include "tests/graph/random_graph.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using ::testing::HasSubstr;
using testing::message_of;

class NativeFormat : public testing::PropertyTest {
 protected:
  NativeModel random_model() {
    const Graph graph = canonicalize(testing::random_generator(random));
    const auto f32 = compile_engine(graph, 2);
    testing::Ran ran = testing::run_random(graph, *f32, random);
    NativeModel model;
    model.graph = testing::quantize_everything(graph, ran.inputs);
    model.sample_outputs =
        testing::run_on(model.graph, *compile_engine(model.graph, 2), ran.inputs);
    model.sample_inputs = std::move(ran.inputs);
    model.provenance = R"({"made": "by a test"})";
    return model;
  }
  [[nodiscard]] std::string bytes(const std::string& name) const {
    std::ifstream stream(folder / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  testing::TempDir folder;
};

TEST_F(NativeFormat, ReadsWhatItWrote) {
  for (int round = 0; round < 10; ++round) {
    const NativeModel model = random_model();
    write_native(model, folder / "a.h5");
    const NativeModel read = read_native(folder / "a.h5");
    verify_samples(read, folder / "a.h5");
    EXPECT_EQ(read.provenance, model.provenance);
    ASSERT_EQ(read.graph.nodes().size(), model.graph.nodes().size());
    for (std::size_t i = 0; i < read.graph.nodes().size(); ++i) {
      EXPECT_EQ(read.graph.nodes()[i].op, model.graph.nodes()[i].op);
      EXPECT_EQ(read.graph.nodes()[i].quant, model.graph.nodes()[i].quant);
    }
    // Reading numbers the values anew, once; from then on equal models make equal bytes.
    write_native(read, folder / "b.h5");
    write_native(read_native(folder / "b.h5"), folder / "c.h5");
    EXPECT_TRUE(bytes("b.h5") == bytes("c.h5"));
  }
}

// w8 and bf16 keep their types and weights.
TEST_F(NativeFormat, KeepsEveryPrecision) {
  GraphEditor builder("net");
  const ValueId x = builder.add_input("x", {dynamic, 6});
  const Tensor weights = testing::random_tensor(random, {6, 6}, -1.0F, 1.0F);
  ValueId y = x;
  for (const char* name : {"first", "second", "third"}) {
    y = builder.add_node(name, Dense{}, {y, builder.add_constant("w", weights)});
  }
  builder.add_output("y", y);
  GraphEditor editor(builder.finish());
  QuantizedWeights s8 = quantize_weights(weights, true);
  const auto integers = std::make_shared<const Tensor>(s8.values);
  editor.set_quant(NodeId{0}, {{DType::f32, 1.0F, 0}, s8.scales}, integers);
  editor.set_quant(NodeId{1}, {symmetric_s16(-1.0F, 1.0F, s16_limit(s8.values)), s8.scales},
                   integers);
  editor.set_quant(NodeId{2}, {{DType::bf16, 1.0F, 0}, {1.0F}},
                   std::make_shared<const Tensor>(to_bf16(weights)));
  NativeModel model;
  model.graph = editor.finish();
  model.sample_inputs.push_back(testing::random_tensor(random, {2, 6}, -1.0F, 1.0F));
  model.sample_outputs =
      testing::run_on(model.graph, *compile_engine(model.graph, 2), model.sample_inputs);
  write_native(model, folder / "m.h5");
  const NativeModel read = read_native(folder / "m.h5");
  verify_samples(read, folder / "m.h5");
  for (const char* name : {"first", "second", "third"}) {
    const Node& node = *read.graph.find(name);
    EXPECT_EQ(node.quant, model.graph.find(name)->quant);
    EXPECT_EQ(read.graph.constant(node, 1)->dtype(),
              model.graph.constant(*model.graph.find(name), 1)->dtype());
  }
}

// A linear network, so that 5 % of scale are 5 % of output whatever the random numbers are.
TEST_F(NativeFormat, SamplesNoticeAWrongScale) {
  GraphEditor builder("linear");
  const ValueId x = builder.add_input("x", {dynamic, 6});
  const ValueId weights =
      builder.add_constant("w", testing::random_tensor(random, {4, 6}, 0.5F, 1.0F));
  builder.add_output("y", builder.add_node("dense", Dense{}, {x, weights}));
  const Graph graph = builder.finish();
  NativeModel model;
  model.sample_inputs.push_back(testing::random_tensor(random, {2, 6}, 0.0F, 2.0F));
  model.graph = testing::quantize_everything(graph, model.sample_inputs);
  model.sample_outputs =
      testing::run_on(model.graph, *compile_engine(model.graph, 2), model.sample_inputs);
  verify_samples(model, "m.h5");
  GraphEditor editor(model.graph);
  const Node node = editor.graph().nodes().front();
  LayerQuant quant = *node.quant;
  for (float& scale : quant.weight_scales) {
    scale *= 1.05F;
  }
  editor.set_quant(NodeId{0}, quant, editor.graph().value(node.inputs[1]).constant);
  model.graph = editor.finish();
  EXPECT_THAT(message_of([&] { verify_samples(model, "m.h5"); }),
              HasSubstr("does not reproduce its sample"));
}

/// A stranger may have made the checksum block anew.
TEST_F(NativeFormat, SamplesOfOtherShapesAreRefused) {
  const NativeModel good = random_model();
  verify_samples(good, "m.h5");
  const Shape input = good.sample_inputs[0].shape();
  Shape longer = input;
  ++longer.front();
  Shape flat{element_count(input)};
  for (const Shape& shape : {longer, flat, Shape{}, Shape{0, 1}}) {
    NativeModel model = good;
    model.sample_inputs[0] = Tensor(DType::f32, shape);
    EXPECT_THAT(message_of([&] { verify_samples(model, "m.h5"); }), HasSubstr("m.h5:/samples/"))
        << to_string(shape);
  }
  NativeModel model = good;
  model.sample_outputs[0] = Tensor(DType::f32, {1, 1});
  EXPECT_THAT(message_of([&] { verify_samples(model, "m.h5"); }),
              HasSubstr("m.h5:/samples/output_0: has the shape [1, 1]"));
}

TEST_F(NativeFormat, RefusesWhatIsNotWhole) {
  write_native(random_model(), folder / "a.h5");
  EXPECT_THAT(message_of([&] { (void)read_native(folder / "absent.h5"); }),
              HasSubstr("there is no such file"));
  const std::string all = bytes("a.h5");
  std::ofstream(folder / "half.h5", std::ios::binary) << all.substr(0, all.size() / 2);
  EXPECT_THAT(message_of([&] { (void)read_native(folder / "half.h5"); }), HasSubstr("half.h5"));
  std::ofstream(folder / "text.h5") << "not HDF5";
  EXPECT_THAT(message_of([&] { (void)read_native(folder / "text.h5"); }),
              HasSubstr("is not an HDF5 file"));
  H5File other = H5File::create(folder / "other.h5");
  other.write("/x", Tensor(DType::f32, {1}));
  other.commit();
  EXPECT_THAT(message_of([&] { (void)read_native(folder / "other.h5"); }),
              HasSubstr("is not a caloquant model"));
  H5File newer = H5File::create(folder / "newer.h5", checksum_block_bytes);
  newer.commit_with_checksum(99);
  EXPECT_THAT(message_of([&] { (void)read_native(folder / "newer.h5"); }), HasSubstr("version 99"));
}

// Every byte of the file flipped one at a time (a sample of them): refused, or the same model.
TEST_F(NativeFormat, SurvivesFlippedBytes) {
  const NativeModel model = random_model();
  write_native(model, folder / "a.h5");
  const std::string all = bytes("a.h5");
  for (int round = 0; round < 150; ++round) {
    std::string damaged = all;
    const auto at =
        static_cast<std::size_t>(testing::uniform_int(random, 0, static_cast<int>(all.size()) - 1));
    damaged[at] = static_cast<char>(damaged[at] ^ (1 << testing::uniform_int(random, 0, 7)));
    std::ofstream(folder / "d.h5", std::ios::binary) << damaged;
    try {
      const NativeModel read = read_native(folder / "d.h5");
      ASSERT_EQ(read.graph.nodes().size(), model.graph.nodes().size());
      for (std::size_t i = 0; i < read.graph.nodes().size(); ++i) {
        ASSERT_EQ(read.graph.nodes()[i].quant, model.graph.nodes()[i].quant);
      }
      ASSERT_TRUE(at < checksum_block_bytes);  // only the zeros behind the line of the checksum
                                               // block do not matter
    } catch (const Error& error) {
      ASSERT_NE(std::string(error.what()), "");
    }
  }
}

}  // namespace
}  // namespace caloquant
