// Graphs written as ONNX and read again, and the two generators.

#include <gmock/gmock.h>

#include <algorithm>
#include <caloquant/error.hpp>
#include <cmath>
#include <fstream>
#include <iterator>

#include "graph/exec/executor.hpp"
#include "graph/io/keras_reader.hpp"
#include "graph/io/onnx/interpreter/interpreter.hpp"
#include "graph/io/onnx/onnx_reader.hpp"
#include "graph/io/onnx/onnx_writer.hpp"
#include "graph/io/onnx/proto/read_model.hpp"
#include "graph/passes/pass.hpp"
#include "tests/graph/io/keras_support.hpp"
#include "tests/graph/passes/support.hpp"
#include "tests/graph/random_graph.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using ::testing::HasSubstr;
using testing::message_of;
using testing::TempDir;

Graph written_and_read(const Graph& graph) {
  const TempDir folder;
  write_onnx(graph, folder / "model.onnx");
  return read_onnx(folder / "model.onnx");
}

void expect_close(const Tensor& found, const Tensor& expected, double tolerance) {
  ASSERT_EQ(found.size(), expected.size());
  const testing::Difference difference = testing::difference(found, expected);
  EXPECT_GT(difference.scale, 0.0);
  EXPECT_LE(difference.largest, tolerance * difference.scale);
}

class OnnxRoundTrip : public testing::PropertyTest {};

/// The same operators in the same precision: only the order of a bias may change.
TEST_F(OnnxRoundTrip, RandomGenerators) {
  for (int round = 0; round < 20; ++round) {
    const Graph graph = testing::random_generator(random);
    const Graph again = written_and_read(graph);
    const auto executable = compile_reference(graph, 2);
    const testing::Ran run = testing::run_random(graph, *executable, random);
    const auto outputs = testing::run_on(again, *compile_reference(again, 2), run.inputs);
    ASSERT_EQ(outputs.size(), run.outputs.size());
    expect_close(outputs[0], run.outputs[0], 1e-6);
    for (const Node& node : graph.nodes()) {
      EXPECT_NE(again.find(node.name), nullptr) << node.name;
    }
  }
}

TEST_F(OnnxRoundTrip, EveryFunction) {
  for (const EltwiseKind kind :
       {EltwiseKind::relu, EltwiseKind::leaky_relu, EltwiseKind::elu, EltwiseKind::selu,
        EltwiseKind::sigmoid, EltwiseKind::hard_sigmoid, EltwiseKind::tanh, EltwiseKind::softplus,
        EltwiseKind::softsign, EltwiseKind::exp, EltwiseKind::swish}) {
    GraphEditor editor("net");
    const ValueId x = editor.add_input("x", {dynamic, 3, 4});
    editor.add_output("y", editor.add_node("f", Eltwise{kind, 0.75F}, {x}));
    const Graph graph = editor.finish();
    const testing::Ran run = testing::run_random(graph, *compile_reference(graph, 2), random);
    const Graph again = written_and_read(graph);
    expect_close(testing::run_on(again, *compile_reference(again, 2), run.inputs)[0],
                 run.outputs[0], 1e-6);
  }
}

TEST_F(OnnxRoundTrip, EqualGraphsMakeEqualBytes) {
  const Graph graph = testing::random_generator(random);
  const TempDir folder;
  const auto bytes = [&](const std::string& name) {
    write_onnx(graph, folder / name);
    std::ifstream stream(folder / name, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(stream), {});
  };
  EXPECT_EQ(bytes("a.onnx"), bytes("b.onnx"));
  EXPECT_THAT(message_of([&] { write_onnx(graph, folder / "no_such_folder" / "a.onnx"); }),
              HasSubstr("cannot be written"));
}

/// A quantized layer as Q/DQ, evaluated as ONNX defines it: integer sums are exact on our side, f32
/// products of the same integers there, whose rounding is 2^-24 of the largest term.
TEST_F(OnnxRoundTrip, QuantizedLayersMeanTheSame) {
  GraphEditor editor("net");
  const ValueId x = editor.add_input("x", {dynamic, 3, 5, 4});
  const auto constant = [&](const char* name, Shape shape) {
    return editor.add_constant(name, testing::random_tensor(random, std::move(shape), -1, 1));
  };
  const Conv conv{{1, 2}, {1, 1}, {1, 0}, {0, 1}, 1};
  const ValueId y =
      editor.add_node("conv_1", conv, {x, constant("w", {4, 3, 2, 2}), constant("b", {4})});
  editor.add_output("y", y);
  const Graph fp32 = editor.finish();
  const testing::Ran run = testing::run_random(fp32, *compile_reference(fp32, 2), random);
  const Graph int8 = testing::quantize_everything(fp32, run.inputs);
  const auto expected = testing::run_on(int8, *compile_reference(int8, 2), run.inputs);
  for (const OnnxProfile profile : {OnnxProfile::onnxruntime, OnnxProfile::openvino}) {
    const onnx::Model model = onnx::export_graph(int8, {profile});
    const auto values = run.inputs[0].data<float>();
    const auto outputs = onnx::evaluate(
        model, {onnx::Array::of<float>(run.inputs[0].shape(), {values.begin(), values.end()})});
    const auto found = outputs[0].data<float>();
    // The bias in integers: half a step of the sums.
    const LayerQuant& quant = *int8.nodes()[0].quant;
    const float step =
        quant.src.scale * *std::max_element(quant.weight_scales.begin(), quant.weight_scales.end());
    const float rounding = profile == OnnxProfile::onnxruntime ? 0.5F * step : 0.0F;
    for (std::size_t i = 0; i < found.size(); ++i) {
      ASSERT_NEAR(found[i], expected[0].data<float>()[i], rounding + 1e-5F) << i;
    }
  }
}

TEST_F(OnnxRoundTrip, TensorRtTakesSymmetricActivationsOnly) {
  GraphEditor editor("net");
  const ValueId x = editor.add_input("x", {dynamic, 4});
  const ValueId w = editor.add_constant("w", testing::random_tensor(random, {2, 4}, -1.0F, 1.0F));
  editor.add_output("y", editor.add_node("dense_1", Dense{}, {x, w}));
  const Graph graph = editor.finish();
  GraphEditor quantized(graph);
  const auto weights = std::make_shared<const Tensor>(Tensor(DType::s8, {2, 4}));
  quantized.set_quant(NodeId{0}, {{DType::u8, 0.1F, 3}, {0.01F}}, weights);
  const Graph u8 = quantized.finish();
  EXPECT_THAT(message_of([&] { (void)onnx::export_graph(u8, {OnnxProfile::tensorrt}); }),
              HasSubstr("layer 'dense_1': has a src of u8 with zero point 3"));
}

/// The demo AngleGAN as ONNX against the Keras reader: the same images to 1e-5 of the largest cell,
/// the derived rounding of keras_golden.test.cpp.
TEST(OnnxGenerators, AngleGan) {
  const std::filesystem::path configs = std::filesystem::path(CALOQUANT_SOURCE_DIR) / "configs";
  const Graph keras =
      read_keras({configs / "anglegan.json", configs / "anglegan_demo.hdf5", std::nullopt});
  const Graph onnx = written_and_read(keras);
  const std::filesystem::path golden = configs / "anglegan_demo_golden.h5";
  const Tensor latent = testing::read_rows(golden, "/latent", 1);
  const Tensor image = testing::read_rows(golden, "/image", 1);
  const auto run = [&](const Graph& graph) {
    const Graph canonical = canonicalize(graph);
    return testing::run_on(canonical, *compile_reference(canonical, 1), {latent})[0];
  };
  const Tensor found = run(onnx);
  expect_close(found, run(keras), 1e-5);
  expect_close(found, image, 1e-5);
}

/// The ONNX form of the published EnergyGAN weights, made elsewhere, against float64 images.
TEST(OnnxGenerators, EnergyGan) {
  CALOQUANT_NEEDS_SHARED();
  const std::filesystem::path models = testing::shared_folder() / "models";
  const Graph graph = canonicalize(read_onnx(models / "energygan_013.onnx"));
  const Tensor latent = testing::read_rows(models / "energygan_013_golden.h5", "/latent", 1);
  const Tensor expected = testing::read_rows(models / "energygan_013_golden.h5", "/ECAL", 1);
  const Tensor found = testing::run_on(graph, *compile_reference(graph, 1), {latent})[0];
  expect_close(found, expected, 1e-5);
}

}  // namespace
}  // namespace caloquant
