// One-line faults, put on purpose into graphs that were imported right: the second opinion refuses
// each and names the node.

#include <gmock/gmock.h>

#include <caloquant/error.hpp>
#include <cstdio>
#include <functional>
#include <limits>

#include "graph/io/onnx/onnx_reader.hpp"
#include "graph/io/onnx/onnx_writer.hpp"
#include "graph/io/onnx/opinion/second_opinion.hpp"
#include "graph/io/onnx/proto/read_model.hpp"
#include "graph/ir/editor.hpp"
#include "graph/passes/pass.hpp"
#include "tests/graph/random_graph.hpp"
#include "tests/support/support.hpp"

namespace caloquant::onnx {
namespace {

namespace fs = std::filesystem;
using caloquant::testing::message_of;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

const fs::path fixtures = fs::path(CALOQUANT_SOURCE_DIR) / "tests/fixtures";

/// A node with one thing wrong, or nothing where the fault does not fit it.
using Fault = std::function<bool(GraphEditor&, NodeId)>;

template <typename T, typename Change>
bool change_op(GraphEditor& editor, NodeId id, Change change) {
  const auto* op = std::get_if<T>(&editor.graph().node(id).op);
  if (op == nullptr) {
    return false;
  }
  T changed = *op;
  if (!change(changed)) {
    return false;
  }
  editor.set_op(id, changed);
  return true;
}

/// A constant input with another number.
bool change_constant(GraphEditor& editor, NodeId id, std::size_t input, float (*change)(float)) {
  const Tensor* constant = editor.graph().constant(editor.graph().node(id), input);
  if (constant == nullptr || constant->dtype() != DType::f32) {
    return false;
  }
  Tensor changed = *constant;
  for (float& value : changed.data<float>()) {
    if (value != 0.0F && change(value) != value) {
      value = change(value);
      editor.set_input(id, input, editor.add_constant("changed", std::move(changed)));
      return true;
    }
  }
  return false;
}

bool move_pads(Shape& begin, Shape& end) {
  for (std::size_t i = 0; i < begin.size(); ++i) {
    if (begin[i] != end[i]) {
      std::swap(begin[i], end[i]);
      return true;
    }
    if (end[i] > 0) {
      ++begin[i];
      --end[i];
      return true;
    }
  }
  return false;
}

const std::vector<std::pair<std::string, Fault>>& faults() {
  static const std::vector<std::pair<std::string, Fault>> list{
      {"sign of a weight",
       [](GraphEditor& editor, NodeId id) {
         return is_quantizable(editor.graph().node(id).op) &&
                change_constant(editor, id, 1, [](float x) { return -x; });
       }},
      {"a bias one percent off",
       [](GraphEditor& editor, NodeId id) {
         return is_quantizable(editor.graph().node(id).op) &&
                change_constant(editor, id, 2, [](float x) { return x * 1.01F; });
       }},
      {"sign of a factor",
       [](GraphEditor& editor, NodeId id) {
         return std::holds_alternative<Affine>(editor.graph().node(id).op) &&
                change_constant(editor, id, 1, [](float x) { return -x; });
       }},
      {"sign of an addend",
       [](GraphEditor& editor, NodeId id) {
         return std::holds_alternative<Affine>(editor.graph().node(id).op) &&
                change_constant(editor, id, 2, [](float x) { return -x; });
       }},
      {"pads",
       [](GraphEditor& editor, NodeId id) {
         const auto move = [](auto& op) { return move_pads(op.pads_begin, op.pads_end); };
         return change_op<Conv>(editor, id, move) || change_op<Pool>(editor, id, move) ||
                change_op<Pad>(editor, id, [](Pad& pad) { return move_pads(pad.begin, pad.end); });
       }},
      {"a default",
       [](GraphEditor& editor, NodeId id) {
         return change_op<BatchNorm>(editor, id,
                                     [](BatchNorm& norm) {
                                       norm.epsilon *= 10.0;
                                       return true;
                                     }) ||
                change_op<Eltwise>(editor, id, [](Eltwise& eltwise) {
                  if (eltwise.kind == EltwiseKind::relu) {
                    eltwise = clip_between(0.0F, 1.0F);
                    return true;
                  }
                  eltwise.alpha *= 1.1F;
                  return eltwise.kind == EltwiseKind::elu ||
                         eltwise.kind == EltwiseKind::leaky_relu;
                });
       }},
      {"kind of pooling",
       [](GraphEditor& editor, NodeId id) {
         return change_op<Pool>(editor, id, [](Pool& pool) {
           pool.kind = pool.kind == PoolKind::max ? PoolKind::average : PoolKind::max;
           return true;
         });
       }},
      {"an axis",
       [](GraphEditor& editor, NodeId id) {
         return change_op<Softmax>(editor, id,
                                   [](Softmax& softmax) {
                                     softmax.axis = softmax.axis == 1 ? 2 : 1;
                                     return true;
                                   }) ||
                change_op<Transpose>(editor, id, [](Transpose& transpose) {
                  const std::size_t rank = transpose.permutation.size();
                  std::swap(transpose.permutation[rank - 1], transpose.permutation[rank - 2]);
                  return rank > 2;
                });
       }},
      {"order of operands",
       [](GraphEditor& editor, NodeId id) {
         std::vector<ValueId> inputs = editor.graph().node(id).inputs;
         if (!std::holds_alternative<Concat>(editor.graph().node(id).op) ||
             inputs[0] == inputs[1]) {
           return false;
         }
         std::swap(inputs[0], inputs[1]);
         editor.set_inputs(id, std::move(inputs));
         return true;
       }},
  };
  return list;
}

/// The node of the model whose result the node of the graph computes; empty: none alone.
std::string place_of(const Model& model, const ImportedModel& imported, const std::string& twin) {
  for (const NodeDef& node : model.nodes) {
    const auto found = imported.nodes.find(node.outputs.front());
    if (found != imported.nodes.end() && found->second == twin) {
      return model.place(node);
    }
  }
  return {};
}

/// Every fault at every node of the model, each alone; how many there were.
std::size_t damage_everywhere(const Model& model) {
  const ImportedModel right = import_with_names(model);
  std::size_t tried = 0;
  for (std::size_t i = 0; i < right.graph.nodes().size(); ++i) {
    for (const auto& [name, fault] : faults()) {
      const std::string node = right.graph.nodes()[i].name;
      SCOPED_TRACE(name + " of '" + node + "'");
      GraphEditor editor(right.graph);
      ImportedModel damaged = right;
      try {
        if (!fault(editor, static_cast<NodeId>(i))) {
          continue;
        }
        damaged.graph = editor.finish();
      } catch (const ModelError&) {
        continue;  // the shapes say that something is wrong
      }
      ++tried;
      const std::string message =
          message_of([&] { (void)check_import(model, damaged, canonicalize(damaged.graph)); });
      EXPECT_THAT(message, HasSubstr("was imported as "));  // something else, another operator
      EXPECT_THAT(message, HasSubstr("is a defect of caloquant"));
      EXPECT_THAT(message, StartsWith(place_of(model, right, node)));
    }
  }
  return tried;
}

TEST(SecondOpinion, FindsEveryFaultOfAnImportAndNamesTheNode) {
  std::size_t tried = 0;
  for (const char* name :
       {"generator3d", "generator3d_fixed_batch", "channels_last", "two_inputs",
        "arithmetic_constants", "dense_three_axes", "max_pool_same", "average_pool_pads",
        "softmax_axis", "activation_leakyrelu", "activation_elu", "pad_axes", "conv_1d_lower"}) {
    SCOPED_TRACE(name);
    tried += damage_everywhere(read_model(fixtures / "onnx/networks" / name / "model.onnx"));
  }
  tried += damage_everywhere(read_model(fixtures / "foreign/classifier.onnx"));
  std::printf("%zu faults\n", tried);
  EXPECT_GT(tried, 50U);
}

/// What passes and engine make of a right import is compared at the outputs.
TEST(SecondOpinion, FindsFaultsOfWhatIsExecuted) {
  const Model model = read_model(fixtures / "foreign/classifier.onnx");
  const ImportedModel imported = import_with_names(model);
  const Graph right = canonicalize(imported.graph);
  std::size_t tried = 0;
  for (std::size_t i = 0; i < right.nodes().size(); ++i) {
    for (const auto& [name, fault] : faults()) {
      SCOPED_TRACE(name + " of '" + right.nodes()[i].name + "'");
      GraphEditor editor(right);
      // One percent of a bias of a thousandth is less than rounding may do to an output.
      const bool tiny = name == "a bias one percent off";
      if (tiny || !fault(editor, static_cast<NodeId>(i))) {
        continue;
      }
      ++tried;
      const Graph damaged = editor.finish();
      EXPECT_THAT(message_of([&] { (void)check_import(model, imported, damaged); }),
                  HasSubstr("is computed otherwise than the file says"));
    }
  }
  EXPECT_GT(tried, 5U);
}

TEST(SecondOpinion, RefusesAnotherShape) {
  const Model model = read_model(fixtures / "onnx/networks/activation_leakyrelu/model.onnx");
  ImportedModel imported = import_with_names(model);
  GraphEditor editor(imported.graph);
  const Node node = imported.graph.nodes().back();
  Shape dims = imported.graph.value(node.output).shape;
  const ValueId flat = editor.add_node(
      "flat", Reshape{{dynamic, element_count({dims.begin() + 1, dims.end()})}}, {node.output});
  editor.clear_outputs();
  editor.add_output("y", flat);
  imported.graph = editor.finish();
  imported.nodes[model.outputs[0].name] = "flat";
  EXPECT_THAT(message_of([&] { (void)check_import(model, imported, imported.graph); }),
              HasSubstr("was imported as another operator"));
}

/// NaN and infinities go through both sides; a row with them decides nothing about itself.
TEST(SecondOpinion, TakesRowsThatAreNotFinite) {
  const Model model = read_model(fixtures / "foreign/classifier.onnx");
  const ImportedModel imported = import_with_names(model);
  OpinionOptions options;
  options.probes = seeded_probes(model, 2);
  const auto values = options.probes->front().data<float>();
  values[0] = std::numeric_limits<float>::quiet_NaN();
  values[1] = std::numeric_limits<float>::infinity();
  values[2] = std::numeric_limits<float>::max();
  const ImportCheck check = check_import(model, imported, canonicalize(imported.graph), options);
  EXPECT_TRUE(check.complete());
  EXPECT_LT(check.largest_ratio, 1.0);
}

/// A fault is found in the rows that are finite.
TEST(SecondOpinion, FindsFaultsBesideRowsThatAreNotFinite) {
  const Model model = read_model(fixtures / "onnx/networks/activation_leakyrelu/model.onnx");
  ImportedModel imported = import_with_names(model);
  OpinionOptions options;
  options.probes = seeded_probes(model, 2);
  options.probes->front().data<float>()[0] = std::numeric_limits<float>::quiet_NaN();
  GraphEditor editor(imported.graph);
  editor.set_op(NodeId{0}, Eltwise{EltwiseKind::leaky_relu, 0.5F});
  imported.graph = editor.finish();
  EXPECT_THAT(message_of([&] { (void)check_import(model, imported, imported.graph, options); }),
              HasSubstr("was imported as something else"));
}

TEST(SecondOpinion, SaysWhatTheBudgetLeftOut) {
  const Model model = read_model(fixtures / "foreign/classifier.onnx");
  ImportedModel imported = import_with_names(model);
  const Graph ready = canonicalize(imported.graph);
  const double whole = check_import(model, imported, ready).multiply_adds;
  OpinionOptions options;
  options.budget = 5.0 * whole;
  ImportCheck check = check_import(model, imported, ready, options);
  EXPECT_EQ(check.rows, 1);
  EXPECT_TRUE(check.outputs);
  EXPECT_FALSE(check.complete());
  options.budget = whole;
  check = check_import(model, imported, ready, options);
  EXPECT_FALSE(check.outputs);
  EXPECT_GT(check.compared, 0U);
  EXPECT_LT(check.compared, 12U);
  EXPECT_THAT(describe(check), HasSubstr("not the outputs, on 1 row"));
}

class WrittenOnnx : public caloquant::testing::PropertyTest {};

/// Quantized networks: what the writer says and what the reader takes back, by the interpreter and
/// the engine. Steps that flip are within the bound.
TEST_F(WrittenOnnx, QuantizedNetworksAreComputedAlike) {
  double nodes = 0.0;
  double outputs = 0.0;
  for (int round = 0; round < 10; ++round) {
    const Graph fp32 = canonicalize(caloquant::testing::random_generator(random));
    const auto ran = caloquant::testing::run_random(fp32, *compile_reference(fp32, 2), random);
    const Graph graph =
        with_whole_biases(caloquant::testing::quantize_everything(fp32, ran.inputs));
    for (const OnnxProfile profile : {OnnxProfile::onnxruntime, OnnxProfile::openvino}) {
      const ExportedModel exported = export_graph(graph, profile);
      const ImportedModel imported = import_with_names(exported.model);
      SCOPED_TRACE(round);
      const ImportCheck read = check_import(exported.model, imported, graph);
      const ImportCheck written = check_import(exported.model, {graph, exported.nodes, {}}, graph);
      EXPECT_TRUE(read.complete());
      EXPECT_GT(written.compared, graph.nodes().size() / 2);
      nodes = std::max({nodes, read.largest_ratio, written.largest_ratio});
      outputs = std::max({outputs, read.output_ratio, written.output_ratio});
    }
  }
  std::printf("%.3g of the bound at a node, %.3g at an output\n", nodes, outputs);
  EXPECT_LT(nodes, 0.5);
  EXPECT_LT(outputs, 0.5);
}

/// The integers of one weight differ by one.
TEST_F(WrittenOnnx, OneStepOfAWeightIsFound) {
  const Graph fp32 = canonicalize(caloquant::testing::random_generator(random));
  const auto ran = caloquant::testing::run_random(fp32, *compile_reference(fp32, 2), random);
  const Graph graph = with_whole_biases(caloquant::testing::quantize_everything(fp32, ran.inputs));
  const ExportedModel exported = export_graph(graph, OnnxProfile::onnxruntime);
  const auto layer = std::find_if(graph.nodes().begin(), graph.nodes().end(),
                                  [](const Node& node) { return node.quant.has_value(); });
  ASSERT_NE(layer, graph.nodes().end());
  Tensor weights = *graph.constant(*layer, 1);
  auto& weight = weights.data<std::int8_t>()[0];
  weight = static_cast<std::int8_t>(weight > 0 ? weight - 1 : weight + 1);
  GraphEditor editor(graph);
  editor.set_quant(static_cast<NodeId>(layer - graph.nodes().begin()), *layer->quant,
                   std::make_shared<const Tensor>(std::move(weights)));
  const Graph damaged = editor.finish();
  EXPECT_THAT(message_of([&] {
                (void)check_import(exported.model, {damaged, exported.nodes, {}}, damaged);
              }),
              HasSubstr("was imported as something else"));
}

}  // namespace
}  // namespace caloquant::onnx
