// Quantized graphs written as ONNX with Q and DQ, read again, and evaluated as ONNX defines them.

#include <gmock/gmock.h>

#include <algorithm>
#include <caloquant/error.hpp>
#include <cmath>

#include "graph/exec/executor.hpp"
#include "graph/io/onnx/interpreter/interpreter.hpp"
#include "graph/io/onnx/onnx_reader.hpp"
#include "graph/io/onnx/onnx_writer.hpp"
#include "graph/passes/pass.hpp"
#include "ops/core/qmath.hpp"
#include "ops/core/weight_scales.hpp"
#include "tests/graph/random_graph.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using ::testing::Contains;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::TempDir;

struct Written {
  Graph graph;
  std::vector<OnnxNote> notes;
};

Written written_and_read(const Graph& graph, OnnxProfile profile) {
  const TempDir folder;
  std::vector<OnnxNote> notes = write_onnx(graph, folder / "model.onnx", profile);
  return {read_onnx(folder / "model.onnx"), std::move(notes)};
}

bool equal_bits(const Tensor& a, const Tensor& b) {
  return a.dtype() == b.dtype() && a.shape() == b.shape() &&
         std::equal(a.raw(), a.raw() + a.bytes(), b.raw());
}

/// An up-sampling by 1, which the reader leaves out.
bool repeats_nothing(const Node& node) {
  const auto* up = std::get_if<UpsampleNearest>(&node.op);
  return up != nullptr && std::ranges::all_of(up->factors, [](auto factor) { return factor == 1; });
}

/// Every node with its operator, quantization and constants, bit by bit.
void expect_equal_graphs(const Graph& found, const Graph& expected) {
  const auto left_out = std::ranges::count_if(expected.nodes(), repeats_nothing);
  ASSERT_EQ(static_cast<std::ptrdiff_t>(found.nodes().size()) + left_out,
            static_cast<std::ptrdiff_t>(expected.nodes().size()));
  EXPECT_EQ(found.output_units(), expected.output_units());
  for (const Node& node : expected.nodes()) {
    if (repeats_nothing(node)) {
      continue;
    }
    SCOPED_TRACE(node.name);
    const Node* again = found.find(node.name);
    ASSERT_NE(again, nullptr);
    EXPECT_EQ(again->op, node.op);
    EXPECT_EQ(again->quant, node.quant);
    ASSERT_EQ(again->inputs.size(), node.inputs.size());
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      const Tensor* constant = expected.constant(node, i);
      const Tensor* other = found.constant(*again, i);
      ASSERT_EQ(constant == nullptr, other == nullptr) << i;
      EXPECT_TRUE(constant == nullptr || equal_bits(*other, *constant)) << i;
    }
  }
}

class QuantizedOnnx : public testing::PropertyTest {
 protected:
  /// A canonical network with every layer quantized, u8, s8 and s16 by turns, with its inputs.
  Graph quantized_generator() {
    const Graph graph = canonicalize(testing::random_generator(random));
    const testing::Ran run = testing::run_random(graph, *compile_reference(graph, 2), random);
    inputs = run.inputs;
    return testing::quantize_everything(graph, inputs);
  }
  std::vector<Tensor> inputs;
};

/// What is read again is the graph that was written: then it computes the same bits.
TEST_F(QuantizedOnnx, IsReadAsItWasWritten) {
  for (int round = 0; round < 20; ++round) {
    const Graph graph = with_whole_biases(quantized_generator());
    for (const OnnxProfile profile : {OnnxProfile::onnxruntime, OnnxProfile::openvino}) {
      const Written again = written_and_read(graph, profile);
      EXPECT_THAT(again.notes, IsEmpty());
      expect_equal_graphs(again.graph, graph);
    }
  }
}

/// Biases are at most half a step of the sums away, and rounding them again changes nothing.
TEST_F(QuantizedOnnx, WholeBiasesAreNear) {
  const Graph graph = quantized_generator();
  const Graph whole = with_whole_biases(graph);
  std::size_t compared = 0;
  for (const Node& node : graph.nodes()) {
    const Tensor* bias = graph.constant(node, 2);
    if (!node.quant || bias == nullptr || node.quant->src.dtype == DType::s16) {
      continue;
    }
    const Tensor& rounded = *whole.constant(*whole.find(node.name), 2);
    for (std::size_t i = 0; i < bias->data<float>().size(); ++i) {
      const auto& scales = node.quant->weight_scales;
      const double step = static_cast<double>(node.quant->src.scale) *
                          static_cast<double>(scales[scales.size() == 1 ? 0 : i]);
      const auto value = static_cast<double>(bias->data<float>()[i]);
      // Half a step, and the rounding of the step and of the product to f32.
      EXPECT_NEAR(static_cast<double>(rounded.data<float>()[i]), value,
                  0.5 * step + 0x1p-22 * std::fabs(value));
      ++compared;
    }
  }
  EXPECT_GT(compared, 0U);
  expect_equal_graphs(with_whole_biases(whole), whole);
}

/// Computed by the interpreter as ONNX defines it. Weights, scales and integers are the same; sums
/// of dequantized numbers in f32 stand against exact ones, so an integer now and then is one step
/// off and the layers behind see it: the outputs must agree on the whole, not cell by cell.
TEST_F(QuantizedOnnx, MeansWhatTheGraphComputes) {
  for (int round = 0; round < 5; ++round) {
    const Graph graph = quantized_generator();
    const Tensor expected = testing::run_on(graph, *compile_reference(graph, 2), inputs).front();
    const auto src = inputs.front().data<float>();
    const auto defined =
        onnx::evaluate(onnx::export_graph(graph, OnnxProfile::openvino).model,
                       {onnx::Array::of<float>(inputs.front().shape(), {src.begin(), src.end()})});
    double difference = 0.0;
    double norm = 0.0;
    for (std::size_t i = 0; i < expected.data<float>().size(); ++i) {
      const auto wanted = static_cast<double>(expected.data<float>()[i]);
      const double delta = static_cast<double>(defined[0].data<float>()[i]) - wanted;
      difference += delta * delta;
      norm += wanted * wanted;
    }
    // A changed step is 1/255 of a range in one of many cells.
    EXPECT_LT(difference, 1e-4 * norm);
    EXPECT_GT(norm, 0.0);
  }
}

Graph one_layer(std::mt19937_64& random, const QuantParams& src, bool dense = false) {
  GraphEditor editor("net");
  const Shape shape = dense ? Shape{dynamic, 6} : Shape{dynamic, 2, 5, 4};
  const Tensor weights =
      testing::random_tensor(random, dense ? Shape{3, 6} : Shape{3, 2, 2, 3}, -1.0F, 1.0F);
  const ValueId x = editor.add_input("x", shape);
  const ValueId bias = editor.add_constant("b", testing::random_tensor(random, {3}, -1.0F, 1.0F));
  const Op op = dense ? Op(Dense{}) : Op(Conv{{1, 1}, {1, 1}, {0, 1}, {1, 1}, 1});
  const ValueId y = editor.add_node("layer", op, {x, editor.add_constant("w", weights), bias});
  editor.add_output("y", y);
  if (src.dtype == DType::bf16) {
    editor.set_quant(NodeId{0}, {src, {1.0F}}, std::make_shared<const Tensor>(to_bf16(weights)));
  } else {
    QuantizedWeights quantized = quantize_weights(weights, true);
    editor.set_quant(NodeId{0}, {src, quantized.scales},
                     std::make_shared<const Tensor>(std::move(quantized.values)));
  }
  return editor.finish();
}

TEST_F(QuantizedOnnx, EveryPrecisionSurvives) {
  const QuantParams kinds[] = {{DType::u8, 0.01F, 100},       {DType::s8, 0.02F, 0},
                               {DType::s8, 0.02F, -5},        {DType::s16, 1e-4F, 0, 21000},
                               {DType::s16, 1e-4F, 0, 32767}, {DType::bf16, 1.0F, 0},
                               {DType::f32, 1.0F, 0}};
  for (const QuantParams& src : kinds) {
    for (const bool dense : {false, true}) {
      SCOPED_TRACE(std::string(name_of(src.dtype)) + (dense ? " dense" : " conv"));
      const Graph graph = one_layer(random, src, dense);
      const Written again = written_and_read(graph, OnnxProfile::openvino);
      EXPECT_THAT(again.notes, IsEmpty());
      expect_equal_graphs(again.graph, graph);
    }
  }
}

TEST_F(QuantizedOnnx, OpsetIsTheOldestThatCanCarryIt) {
  const Graph eight = one_layer(random, {DType::u8, 0.01F, 100});
  const Graph sixteen = one_layer(random, {DType::s16, 1e-4F, 0, 21000});
  const auto version = [](const Graph& graph, OnnxProfile profile) {
    const onnx::Model model = onnx::export_graph(graph, profile).model;
    return std::pair{model.opset, model.ir_version};
  };
  EXPECT_EQ(version(eight, OnnxProfile::onnxruntime), std::pair(std::int64_t{13}, std::int64_t{7}));
  EXPECT_EQ(version(sixteen, OnnxProfile::onnxruntime),
            std::pair(std::int64_t{21}, std::int64_t{10}));
  EXPECT_EQ(version(sixteen, OnnxProfile::tensorrt), std::pair(std::int64_t{13}, std::int64_t{7}));
}

/// A profile that cannot carry something writes the nearest that it can, and says so.
TEST_F(QuantizedOnnx, ProfilesSayWhatTheyCannotCarry) {
  const Graph asymmetric = one_layer(random, {DType::u8, 0.01F, 100});
  for (const OnnxProfile profile : {OnnxProfile::tensorrt, OnnxProfile::portable}) {
    const Written again = written_and_read(asymmetric, profile);
    EXPECT_THAT(again.notes, Contains(Field(&OnnxNote::text,
                                            HasSubstr("quantize with activation_rule symmetric"))));
    const QuantParams& src = again.graph.nodes().front().quant->src;
    EXPECT_EQ(src.dtype, DType::s8);
    EXPECT_EQ(src.zero_point, 0);
    EXPECT_FLOAT_EQ(src.scale, 0.01F * 155.0F / 127.0F);  // 155 steps above zero, 100 below
  }
  const Graph sixteen = one_layer(random, {DType::s16, 1e-4F, 0, 21000});
  const Written fp32 = written_and_read(sixteen, OnnxProfile::tensorrt);
  EXPECT_THAT(fp32.notes, Contains(Field(&OnnxNote::text, HasSubstr("is written in fp32"))));
  EXPECT_FALSE(fp32.graph.nodes().front().quant.has_value());
  EXPECT_THAT(written_and_read(sixteen, OnnxProfile::portable).notes, IsEmpty());
}

/// A bias of more than 2^31 steps stays f32 and is noted.
TEST_F(QuantizedOnnx, HugeBiasStaysFloat) {
  GraphEditor editor(one_layer(random, {DType::u8, 1e-6F, 0}));
  Tensor bias(DType::f32, {3});
  bias.data<float>()[1] = 1e5F;
  editor.set_input(NodeId{0}, 2, editor.add_constant("b", bias));
  const Graph graph = editor.finish();
  const Written again = written_and_read(graph, OnnxProfile::onnxruntime);
  EXPECT_THAT(again.notes, Contains(Field(&OnnxNote::text, HasSubstr("bias is f32"))));
  expect_equal_graphs(again.graph, graph);
  expect_equal_graphs(with_whole_biases(graph), graph);
}

TEST_F(QuantizedOnnx, OutputUnitsTravelInTheMetadata) {
  GraphEditor editor(one_layer(random, {DType::s8, 0.02F, 0}));
  editor.set_output_units({50.0, 0.85});
  const Graph graph = editor.finish();
  const Written again = written_and_read(graph, OnnxProfile::portable);
  EXPECT_EQ(again.graph.output_units(), (EnergyUnits{50.0, 0.85}));
}

}  // namespace
}  // namespace caloquant
