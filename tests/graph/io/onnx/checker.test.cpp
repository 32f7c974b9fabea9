// Each rule of the checker, broken alone in a model that keeps them all.

#include "graph/io/onnx/checker.hpp"

#include <gmock/gmock.h>

#include <functional>

#include "graph/io/onnx/attributes.hpp"
#include "tests/support/support.hpp"

namespace caloquant::onnx {
namespace {

using caloquant::testing::message_of;
using ::testing::HasSubstr;

NodeDef node(const std::string& op, const std::string& name, const std::vector<std::string>& inputs,
             const std::string& output) {
  NodeDef result;
  result.op = op;
  result.name = name;
  result.inputs = inputs;
  result.outputs = {output};
  return result;
}

/// y = relu(x + k).
Model model() {
  Model result;
  result.file = "m.onnx";
  result.ir_version = 7;
  result.opset = 13;
  result.name = "net";
  result.inputs = {{"x", ElementType::f32, true, {dynamic, 4}}};
  result.outputs = {{"y", ElementType::f32, true, {dynamic, 4}}};
  result.initializers = {{"k", std::make_shared<const Array>(Array::of<float>({1}, {1.0F}))}};
  result.nodes = {node("Add", "a", {"x", "k"}, "sum"), node("Relu", "b", {"sum"}, "y")};
  return result;
}

std::string broken(const std::function<void(Model&)>& change) {
  Model changed = model();
  change(changed);
  return message_of([&] { check_rules(changed); });
}

TEST(OnnxChecker, TakesAModelThatKeepsTheRules) {
  EXPECT_NO_THROW(check_rules(model()));
}

TEST(OnnxChecker, NamesAndVersions) {
  EXPECT_THAT(broken([](Model& m) { m.name.clear(); }), HasSubstr("a graph without a name"));
  EXPECT_THAT(broken([](Model& m) { m.opset = 0; }), HasSubstr("imports opset 0"));
  EXPECT_THAT(broken([](Model& m) { m.ir_version = 6; }),
              HasSubstr("has IR version 6, opset 13 needs 7"));
  EXPECT_THAT(broken([](Model& m) {
                m.metadata = {{"key", "1"}, {"key", "2"}};
              }),
              HasSubstr("metadata 'key' twice"));
  EXPECT_THAT(broken([](Model& m) { m.outputs.clear(); }), HasSubstr("has no outputs"));
}

TEST(OnnxChecker, InputsAndOutputs) {
  EXPECT_THAT(broken([](Model& m) { m.inputs[0].name.clear(); }), HasSubstr("has no name"));
  EXPECT_THAT(broken([](Model& m) { m.inputs[0].type = ElementType::undefined; }),
              HasSubstr("has the type"));
  EXPECT_THAT(broken([](Model& m) { m.inputs[0].has_shape = false; }), HasSubstr("has no extents"));
  EXPECT_THAT(broken([](Model& m) { m.outputs[0].dims[1] = -7; }), HasSubstr("has the extents"));
  EXPECT_THAT(broken([](Model& m) { m.outputs[0].name = "z"; }), HasSubstr("is never computed"));
  EXPECT_THAT(broken([](Model& m) { m.outputs.push_back(m.outputs[0]); }),
              HasSubstr("is there twice"));
}

TEST(OnnxChecker, EveryNameIsGivenAValueOnce) {
  EXPECT_THAT(broken([](Model& m) { m.initializers[0].name = "x"; }),
              HasSubstr("gives 'x' a value, which has one already"));
  EXPECT_THAT(broken([](Model& m) { m.nodes[0].outputs = {"k"}; }),
              HasSubstr("gives 'k' a value, which has one already"));
  EXPECT_THAT(broken([](Model& m) { m.initializers[0].array = nullptr; }),
              HasSubstr("has no data"));
}

TEST(OnnxChecker, Nodes) {
  EXPECT_THAT(broken([](Model& m) { std::swap(m.nodes[0], m.nodes[1]); }),
              HasSubstr("reads 'sum', which nothing in front of it computes"));
  EXPECT_THAT(broken([](Model& m) { m.nodes[0].inputs[1] = "nothing"; }),
              HasSubstr("reads 'nothing'"));
  EXPECT_THAT(broken([](Model& m) { m.nodes[0].inputs[1].clear(); }), HasSubstr("has no input 1"));
  EXPECT_THAT(broken([](Model& m) { m.nodes[1].name = "a"; }),
              HasSubstr("has the name of another node"));
  EXPECT_THAT(broken([](Model& m) { m.nodes[1].op = "Rely"; }), HasSubstr("is not supported"));
}

TEST(OnnxChecker, Attributes) {
  EXPECT_THAT(broken([](Model& m) { m.nodes[1].attributes = {integer_attribute("axis", 1)}; }),
              HasSubstr("has the unknown attribute 'axis'"));
  EXPECT_THAT(broken([](Model& m) { m.nodes[1].op = "Cast"; }), HasSubstr("has no attribute 'to'"));
  EXPECT_THAT(broken([](Model& m) {
                m.nodes[1].op = "Cast";
                m.nodes[1].attributes = {number_attribute("to", 1.0)};
              }),
              HasSubstr("needs the attribute 'to'"));
  EXPECT_THAT(
      broken([](Model& m) {
        m.nodes[1].op = "Elu";
        m.nodes[1].attributes = {number_attribute("alpha", 1.0), number_attribute("alpha", 1.0)};
      }),
      HasSubstr("has the attribute 'alpha' twice"));
  EXPECT_THAT(broken([](Model& m) {
                m.nodes[1].op = "Elu";
                m.nodes[1].attributes = {Attribute{}};
                m.nodes[1].attributes[0].name = "alpha";
              }),
              HasSubstr("'alpha' without a value"));
}

}  // namespace
}  // namespace caloquant::onnx
