// Graphs written as ONNX and read again, and the two generators.

#include <gmock/gmock.h>

#include <algorithm>
#include <caloquant/error.hpp>
#include <cmath>
#include <fstream>
#include <iterator>
#include <limits>

#include "graph/exec/executor.hpp"
#include "graph/io/keras/reader.hpp"
#include "graph/io/onnx/interpreter/interpreter.hpp"
#include "graph/io/onnx/onnx_reader.hpp"
#include "graph/io/onnx/onnx_writer.hpp"
#include "graph/passes/pass.hpp"
#include "tests/graph/io/keras/support.hpp"
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

/// An up-sampling by 1, which the reader leaves out.
bool repeats_nothing(const Op& op) {
  const auto* up = std::get_if<UpsampleNearest>(&op);
  return up != nullptr && std::all_of(up->factors.begin(), up->factors.end(),
                                      [](std::int64_t factor) { return factor == 1; });
}

/// What is written means, as ONNX defines it, what the graph computed.
void expect_defined_so(const Graph& graph, const testing::Ran& run) {
  const auto values = run.inputs[0].data<float>();
  const auto defined = onnx::evaluate(
      onnx::export_graph(graph, OnnxProfile::portable).model,
      {onnx::Array::of<float>(run.inputs[0].shape(), {values.begin(), values.end()})});
  ASSERT_EQ(defined[0].dims(), run.outputs[0].shape());
  for (std::size_t i = 0; i < defined[0].data<float>().size(); ++i) {
    // A few operations in f32, each rounded: some ulps.
    const float expected = run.outputs[0].data<float>()[i];
    EXPECT_NEAR(defined[0].data<float>()[i], expected, 2e-6F * std::max(1.0F, std::fabs(expected)))
        << i;
  }
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
      const bool stays = !repeats_nothing(node.op);
      EXPECT_EQ(again.find(node.name) != nullptr, stays) << node.name;
    }
  }
}

/// As ONNX defines what is written, and read again; Gelu is written as its formula, which the graph
/// cannot read.
TEST_F(OnnxRoundTrip, EveryFunction) {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  std::vector<Eltwise> functions{clip_between(-0.5F, 1e9F),
                                 clip_between(-infinity, 0.25F),
                                 clip_between(-1.0F, infinity),
                                 clip_between(0.5F, 0.5F),
                                 Eltwise{EltwiseKind::threshold, 0.5F},
                                 Eltwise{EltwiseKind::threshold, 0.5F, 0.25F},
                                 Eltwise{EltwiseKind::hard_sigmoid, 0.3F, 0.4F},
                                 Eltwise{EltwiseKind::relu}};
  for (const EltwiseKind kind :
       {EltwiseKind::leaky_relu, EltwiseKind::elu, EltwiseKind::selu, EltwiseKind::sigmoid,
        EltwiseKind::tanh, EltwiseKind::softplus, EltwiseKind::softsign, EltwiseKind::exp,
        EltwiseKind::swish, EltwiseKind::gelu}) {
    functions.push_back({kind, 0.75F});
  }
  for (const Eltwise& function : functions) {
    const EltwiseKind kind = function.kind;
    SCOPED_TRACE(name_of(kind));
    GraphEditor editor("net");
    const ValueId x = editor.add_input("x", {dynamic, 3, 4});
    editor.add_output("y", editor.add_node("f", function, {x}));
    const Graph graph = editor.finish();
    const testing::Ran run = testing::run_random(graph, *compile_reference(graph, 2), random);
    expect_defined_so(graph, run);
    if (kind != EltwiseKind::gelu) {
      const Graph again = written_and_read(graph);
      expect_close(testing::run_on(again, *compile_reference(again, 2), run.inputs)[0],
                   run.outputs[0], 1e-6);
      if (kind == EltwiseKind::clip || kind == EltwiseKind::hard_sigmoid) {
        EXPECT_EQ(again.find("f")->op, Op(function));
      }
    }
  }
}

/// Operators that random generators do not have.
TEST_F(OnnxRoundTrip, OtherOperators) {
  const auto check = [&](const Op& op, const Shape& src, const std::vector<Shape>& constants) {
    SCOPED_TRACE(name_of(op));
    GraphEditor editor("net");
    std::vector<ValueId> inputs{editor.add_input("x", src)};
    for (const Shape& shape : constants) {
      inputs.push_back(
          editor.add_constant("c", testing::random_tensor(random, shape, -1.0F, 1.0F)));
    }
    editor.add_output("y", editor.add_node("n", op, inputs));
    const Graph graph = editor.finish();
    expect_defined_so(graph, testing::run_random(graph, *compile_reference(graph, 2), random));
  };
  check(Dense{}, {dynamic, 3, 4}, {{5, 4}, {5}});
  check(Dense{}, {dynamic, 3, 4}, {{5, 4}});
  check(Affine{}, {dynamic, 3, 2, 5}, {{3}, {3}});
  check(Extremum{ExtremumKind::maximum}, {dynamic, 3, 2, 5}, {{3}});
  check(Extremum{ExtremumKind::minimum}, {dynamic, 3}, {{3}, {3}});
  check(Softmax{1}, {dynamic, 3, 4}, {});
  check(Softmax{2}, {dynamic, 3, 4}, {});
  for (const PoolKind kind : {PoolKind::max, PoolKind::average}) {
    check(Pool{kind, {3, 2}, {2, 1}, {1, 0}, {1, 1}}, {dynamic, 2, 6, 5}, {});
  }
  check(DepthToSpace{{3}, {0}}, {dynamic, 6, 4}, {});
  check(DepthToSpace{{2, 3}, {1, 2}}, {dynamic, 12, 4, 3}, {});
  check(DepthToSpace{{2, 1, 3}, {0, 0, 1}}, {dynamic, 12, 2, 3, 2}, {});
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

/// The ONNX form of the published EnergyGAN weights, made elsewhere, against float64 images and
/// the Keras form, by both executors.
TEST(OnnxGenerators, EnergyGan) {
  CALOQUANT_NEEDS_SHARED();
  const std::filesystem::path models = testing::shared_folder() / "models";
  const Graph onnx = canonicalize(read_onnx(models / "energygan_013.onnx"));
  const Graph keras = canonicalize(
      read_keras({models / "energygan.json", models / "energygan_013.hdf5", std::nullopt}));
  const Tensor latent = testing::read_rows(models / "energygan_013_golden.h5", "/latent", 1);
  const Tensor expected = testing::read_rows(models / "energygan_013_golden.h5", "/ECAL", 1);
  expect_close(testing::run_on(onnx, *compile_reference(onnx, 1), {latent})[0], expected, 1e-5);
  const Tensor found = testing::run_on(onnx, *compile_engine(onnx, 1), {latent})[0];
  expect_close(found, expected, 1e-5);
  expect_close(found, testing::run_on(keras, *compile_engine(keras, 1), {latent})[0], 1e-5);
}

}  // namespace
}  // namespace caloquant
