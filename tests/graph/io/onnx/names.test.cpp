// Names that collide with those that reading and writing add.

#include <gmock/gmock.h>

#include <algorithm>
#include <caloquant/error.hpp>
#include <map>
#include <set>

#include "graph/exec/executor.hpp"
#include "graph/io/onnx/onnx_reader.hpp"
#include "graph/io/onnx/onnx_writer.hpp"
#include "graph/passes/pass.hpp"
#include "tests/graph/io/onnx/model_builder.hpp"
#include "tests/graph/random_graph.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using ::testing::ElementsAre;
using testing::OnnxBuilder;
using testing::TempDir;

constexpr OnnxProfile profiles[] = {OnnxProfile::onnxruntime, OnnxProfile::openvino,
                                    OnnxProfile::tensorrt, OnnxProfile::portable};

/// Every name of an exported model.
struct Names {
  std::multiset<std::string> nodes;
  std::multiset<std::string> values;  ///< inputs, initializers, outputs of nodes
  std::vector<std::string> outputs;

  explicit Names(const onnx::Model& model) {
    for (const onnx::ValueInfo& input : model.inputs) {
      values.insert(input.name);
    }
    for (const onnx::Initializer& initializer : model.initializers) {
      values.insert(initializer.name);
    }
    for (const onnx::NodeDef& node : model.nodes) {
      nodes.insert(node.name);
      values.insert(node.outputs.begin(), node.outputs.end());
    }
    for (const onnx::ValueInfo& output : model.outputs) {
      outputs.push_back(output.name);
    }
  }
};

void expect_unique(const std::multiset<std::string>& names, const char* of) {
  for (const std::string& name : names) {
    EXPECT_EQ(names.count(name), 1U) << of << " '" << name << "'";
    EXPECT_NE(name, "") << of;
  }
}

/// The graph with other names of its nodes.
Graph renamed(const Graph& graph, const std::map<std::string, std::string>& names) {
  GraphEditor editor(graph.name());
  std::map<ValueId, ValueId> values;
  for (const ValueId input : graph.inputs()) {
    values[input] = editor.add_input(graph.value(input).name, graph.value(input).shape);
  }
  for (const Node& node : graph.nodes()) {
    std::vector<ValueId> inputs;
    for (const ValueId id : node.inputs) {
      if (graph.value(id).constant && values.count(id) == 0) {
        values[id] = editor.add_constant(graph.value(id).name, graph.value(id).constant);
      }
      inputs.push_back(values.at(id));
    }
    values[node.output] = editor.add_node(names.at(node.name), node.op, inputs);
    if (node.quant) {
      editor.set_quant(static_cast<NodeId>(editor.graph().nodes().size() - 1), *node.quant,
                       editor.graph().value(inputs[1]).constant);
    }
  }
  for (const GraphOutput& output : graph.outputs()) {
    editor.add_output(output.name, values.at(output.value));
  }
  return editor.finish();
}

class OnnxNames : public testing::PropertyTest {};

/// Nodes are given names that the writer would add for others, or those of inputs and outputs.
TEST_F(OnnxNames, OfWhatIsAddedAreUnique) {
  for (int round = 0; round < 30; ++round) {
    const Graph plain = canonicalize(testing::random_generator(random));
    const auto ran = testing::run_random(plain, *compile_reference(plain, 2), random);
    const Graph graph = testing::quantize_everything(plain, ran.inputs);
    for (const OnnxProfile profile : profiles) {
      const Names first(onnx::export_graph(graph, profile).model);
      std::vector<std::string> wishes(first.values.begin(), first.values.end());
      wishes.insert(wishes.end(), first.nodes.begin(), first.nodes.end());
      std::set<std::string> used;
      std::map<std::string, std::string> names;
      for (const Node& node : graph.nodes()) {
        std::string name = node.name;
        if (testing::uniform_int(random, 0, 2) > 0) {
          name = wishes[static_cast<std::size_t>(
              testing::uniform_int(random, 0, static_cast<int>(wishes.size()) - 1))];
        }
        while (!used.insert(name).second) {
          name += "_2";
        }
        names[node.name] = name;
      }
      const onnx::ExportedModel exported = onnx::export_graph(renamed(graph, names), profile);
      const Names found(exported.model);
      expect_unique(found.nodes, "node");
      expect_unique(found.values, "value");
      for (const auto& [before, after] : names) {
        EXPECT_EQ(found.nodes.count(after), 1U) << before << " -> " << after;
      }
      EXPECT_EQ(exported.model.inputs[0].name, graph.value(graph.inputs()[0]).name);
      EXPECT_EQ(found.outputs.front(), graph.outputs()[0].name);
    }
  }
}

TEST_F(OnnxNames, AnInputThatIsAnOutputKeepsItsName) {
  GraphEditor editor("net");
  const ValueId x = editor.add_input("x", {dynamic, 2});
  const ValueId y = editor.add_node("x", Eltwise{}, {x});
  editor.add_output("y", y);
  editor.add_output("x", x);
  editor.add_output("again", x);
  const onnx::ExportedModel exported =
      onnx::export_graph(editor.finish(), OnnxProfile::onnxruntime);
  const Names names(exported.model);
  EXPECT_THAT(names.outputs, ElementsAre("y", "x", "again"));
  expect_unique(names.nodes, "node");
  expect_unique(names.values, "value");
  EXPECT_TRUE(exported.notes.empty());
}

/// ONNX cannot call two values the same: that is said.
TEST_F(OnnxNames, AnOutputCalledLikeAnotherInputIsNoted) {
  GraphEditor editor("net");
  const ValueId x = editor.add_input("x", {dynamic, 2});
  editor.add_output("x", editor.add_node("relu", Eltwise{}, {x}));
  const onnx::ExportedModel exported = onnx::export_graph(editor.finish(), OnnxProfile::portable);
  EXPECT_THAT(Names(exported.model).outputs, ElementsAre("x_2"));
  ASSERT_EQ(exported.notes.size(), 1U);
  EXPECT_EQ(exported.notes[0].layer, "x");
  EXPECT_THAT(exported.notes[0].text, ::testing::HasSubstr("it is called 'x_2'"));
}

/// Nodes of the file are called in the graph as in the file, whatever comes between them.
TEST_F(OnnxNames, NodesKeepTheirNamesWhenRead) {
  OnnxBuilder builder;
  builder.input("x", {-1, 3, 3}).output("z");
  builder.weights("k", {3, 1}, {1.0F, 2.0F, 3.0F}).weights("s", {3, 1}, {0.1F, 0.2F, 0.3F});
  builder.node("PRelu", {"x", "s"}, "a", "act");
  builder.node("Sigmoid", {"a"}, "b", "act/positive");
  builder.node("Add", {"b", "k"}, "c", "act/slope");
  builder.node("Relu", {"c"}, "z", "act/positive_2");
  const TempDir folder;
  const Graph graph = read_onnx(builder.save(folder / "model.onnx"));
  for (const char* name : {"act", "act/positive", "act/slope", "act/positive_2"}) {
    EXPECT_NE(graph.find(name), nullptr) << name;
  }
  EXPECT_TRUE(std::holds_alternative<Add>(graph.find("act")->op));
  EXPECT_TRUE(std::holds_alternative<Affine>(graph.find("act/slope")->op));
  EXPECT_EQ(std::get<Eltwise>(graph.find("act/positive_2")->op).kind, EltwiseKind::relu);
}

/// No reader takes what would be written from them.
TEST_F(OnnxNames, ThatAreNotUtf8AreRefused) {
  const TempDir folder;
  for (const char* name : {"a\xFF", "\xC0\x80"}) {
    OnnxBuilder builder;
    builder.input("x", {-1, 3}).output("y");
    builder.node("Relu", {"x"}, "y", name);
    const std::string message =
        testing::message_of([&] { (void)read_onnx(builder.save(folder / "model.onnx")); });
    EXPECT_THAT(message, ::testing::HasSubstr("has a name that is not UTF-8"));
  }
}

TEST_F(OnnxNames, OfOutputsAreDifferent) {
  const TempDir folder;
  OnnxBuilder builder;
  builder.input("x", {-1, 3}).output("y").output("y");
  builder.node("Relu", {"x"}, "y", "act");
  EXPECT_THAT(testing::message_of([&] { (void)read_onnx(builder.save(folder / "model.onnx")); }),
              ::testing::HasSubstr("output 'y': exists twice"));
}

}  // namespace
}  // namespace caloquant
