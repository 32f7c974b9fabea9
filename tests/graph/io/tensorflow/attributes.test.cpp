// Walks the table of TensorFlow's operators: nothing that TensorFlow can write is missing
// (tests/fixtures/options/tensorflow.json), and every attribute that is read does what it does
// there (tensorflow.pb, one node a case).

#include <gmock/gmock.h>

#include <algorithm>
#include <caloquant/error.hpp>
#include <set>

#include "graph/io/files/h5file.hpp"
#include "graph/io/import/attribute_rules.hpp"
#include "graph/io/onnx/interpreter/interpreter.hpp"
#include "graph/io/onnx/onnx_reader.hpp"
#include "graph/io/tensorflow/operator_table.hpp"
#include "graph/io/tensorflow/proto/read_program.hpp"
#include "graph/json/json.hpp"
#include "tests/graph/io/keras/support.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

namespace fs = std::filesystem;
using tensorflow::Attr;
using tensorflow::AttrKind;
using tensorflow::Node;
using tensorflow::Program;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::message_of;

fs::path fixture(const std::string& name) {
  return fs::path(CALOQUANT_SOURCE_DIR) / "tests/fixtures/options" / name;
}

TEST(TensorFlowAttributes, HoldWhatTensorFlowWrites) {
  const Json operators =
      parse_json<ModelError>(read_text<ModelError>(fixture("tensorflow.json")), "tensorflow.json")
          .at("options");
  std::vector<std::string> missing;
  for (const auto table : {tensorflow::operator_table(), tensorflow::structure_table()}) {
    for (const tensorflow::OperatorEntry& entry : table) {
      if (!operators.contains(std::string(entry.op))) {
        missing.emplace_back(entry.op);
        continue;
      }
      const auto rules = attribute_rules(entry.attributes);
      for (const Json& name : operators.at(std::string(entry.op))) {
        if (std::ranges::find(rules, name.get<std::string>(), &AttributeRule::name) ==
            rules.end()) {
          missing.push_back(std::string(entry.op) + "." + name.get<std::string>());
        }
      }
    }
  }
  EXPECT_THAT(missing, IsEmpty());
}

struct Computed {
  Shape shape;
  std::vector<float> values;
  bool operator==(const Computed&) const = default;
};

class TensorFlowCases : public ::testing::Test {
 protected:
  [[nodiscard]] static std::vector<std::string> case_names() { return golden().children("/out"); }
  [[nodiscard]] static H5File golden() {
    return H5File::open(fixture("tensorflow_golden.h5"), ErrorKind::data);
  }
  /// The graph with that case as its only end.
  [[nodiscard]] static tensorflow::FlatProgram flat(const Program& all, const std::string& name) {
    Program program = all;
    tensorflow::Signature signature{"serving_default", {}, {{name, name + ":0"}}};
    for (const Node& node : program.nodes) {
      if (node.op == "Placeholder") {
        signature.inputs.push_back({node.name, node.name + ":0"});
      }
    }
    program.signatures = {signature};
    return tensorflow::inline_functions(program);
  }
  [[nodiscard]] static onnx::Model translated(const Program& all, const std::string& name) {
    return tensorflow::Translation(flat(all, name), nullptr).run();
  }
  [[nodiscard]] static Computed computed(const onnx::Model& model, bool as_graph) {
    const H5File data = golden();
    std::vector<Tensor> tensors;
    std::vector<onnx::Array> arrays;
    for (const onnx::ValueInfo& input : model.inputs) {
      tensors.push_back(data.read("/in/" + input.name, DType::f32));
      const auto values = tensors.back().data<float>();
      arrays.push_back(
          onnx::Array::of<float>(tensors.back().shape(), {values.begin(), values.end()}));
    }
    if (!as_graph) {
      const onnx::Array array = std::move(onnx::evaluate(model, arrays).front());
      return {array.dims(), {array.data<float>().begin(), array.data<float>().end()}};
    }
    const Tensor found = testing::run_reference(onnx::import_model(model), tensors).front();
    return {found.shape(), {found.data<float>().begin(), found.data<float>().end()}};
  }

  Program program_ = tensorflow::read_graph_def_file(fixture("tensorflow.pb"));
};

Node& node_called(Program& program, const std::string& name) {
  return *std::ranges::find(program.nodes, name, &Node::name);
}

/// TensorFlow's sums are f32, at most 60 terms here.
TEST_F(TensorFlowCases, AgreeWithTensorFlow) {
  for (const std::string& name : case_names()) {
    const Node& node = node_called(program_, name);
    const Tensor expected = golden().read("/out/" + name, DType::f32);
    float largest = 0.0F;
    for (const float value : expected.data<float>()) {
      largest = std::max(largest, std::fabs(value));
    }
    for (const bool as_graph : {false, true}) {
      Computed found;
      const std::string message =
          message_of([&] { found = computed(translated(program_, name), as_graph); });
      if (as_graph && (node.op == "Min" || node.op == "Prod")) {  // of constants only
        EXPECT_THAT(message, HasSubstr("cannot be computed by the graph"));
        continue;
      }
      EXPECT_EQ(message, "") << name << " " << node.op;
      ASSERT_EQ(found.shape, expected.shape()) << name << " " << node.op;
      for (std::size_t i = 0; i < found.values.size(); ++i) {
        ASSERT_NEAR(found.values[i], expected.data<float>()[i], 2e-5F * largest)
            << name << " " << node.op << " element " << i;
      }
    }
  }
}

/// Another value of the same kind, which TensorFlow might have.
Attr other_value(const std::string& name, Attr attr) {
  if (name == "data_format") {
    attr.text = attr.text == "NHWC" ? "NCHW" : attr.text == "NDHWC" ? "NCDHW" : "NHWC";
  } else if (attr.kind == AttrKind::flag || attr.kind == AttrKind::integer) {
    attr.integer = 1 - attr.integer;
  } else if (attr.kind == AttrKind::integers) {
    attr.integers.resize(std::max<std::size_t>(attr.integers.size(), 4), 0);
    for (std::size_t i = 1; i + 1 < attr.integers.size(); ++i) {
      ++attr.integers[i];
    }
  }
  return attr;
}

/// Without the attribute or with another value, a case gives something else or is refused; a
/// harmless one does nothing.
TEST_F(TensorFlowCases, EveryAttributeIsReadOrHarmless) {
  std::map<std::string, std::pair<int, int>> seen;
  for (const std::string& name : case_names()) {
    const Node node = node_called(program_, name);
    const Computed with = computed(translated(program_, name), false);
    const auto differs = [&](const Program& other) {
      Computed found;
      const std::string message =
          message_of([&] { found = computed(translated(other, name), false); });
      return !message.empty() || found != with;
    };
    for (const auto& [attr, value] : node.attrs) {
      Program less = program_;
      node_called(less, name).attrs.erase(attr);
      Program other = program_;
      node_called(other, name).attrs[attr] = other_value(attr, value);
      auto& [cases, differ] = seen[node.op + "." + attr];
      ++cases;
      differ += differs(less) || differs(other) ? 1 : 0;
    }
  }
  // Read in every model, of variables, or with the default alone in what is translated here.
  const std::set<std::string> elsewhere{"Const.value",
                                        "VarHandleOp.shared_name",
                                        "Variable.shared_name",
                                        "VariableV2.shared_name",
                                        "Pack.axis",
                                        "StridedSlice.begin_mask",
                                        "StridedSlice.end_mask",
                                        "StridedSlice.shrink_axis_mask"};
  for (const tensorflow::OperatorEntry& entry : tensorflow::operator_table()) {
    for (const AttributeRule& rule : attribute_rules(entry.attributes)) {
      const std::string name = std::string(entry.op) + "." + std::string(rule.name);
      const auto found = seen.find(name);
      const bool plain = !rule.harmless && !rule.allowed;
      if (found != seen.end() && rule.harmless) {
        EXPECT_EQ(found->second.second, 0) << name;
      } else if (plain && elsewhere.count(name) == 0) {
        ASSERT_NE(found, seen.end()) << name << " is in no fixture";
        EXPECT_GE(found->second.second, 1) << name << " changes nothing";
      }
    }
  }
}

TEST_F(TensorFlowCases, OtherAttributesAndValuesAreRefused) {
  const auto refusal = [&](const std::string& op, const std::string& attr, const Attr& value) {
    for (const std::string& name : case_names()) {
      if (node_called(program_, name).op == op) {
        Program changed = program_;
        node_called(changed, name).attrs[attr] = value;
        return message_of([&] { (void)translated(changed, name); });
      }
    }
    return std::string("no case");
  };
  Attr flag;
  flag.kind = AttrKind::flag;
  flag.integer = 1;
  EXPECT_THAT(refusal("Conv2D", "no_such", flag),
              AllOf(HasSubstr("TensorFlow Conv2D"), HasSubstr("'no_such', which is not known")));
  EXPECT_EQ(refusal("Conv2D", "_class", flag), "");
  int walked = 0;
  for (const tensorflow::OperatorEntry& entry : tensorflow::operator_table()) {
    for (const AttributeRule& rule : attribute_rules(entry.attributes)) {
      const std::string op(entry.op);
      const std::string name(rule.name);
      if (rule.allowed && refusal(op, name, flag) != "no case") {
        ++walked;
        EXPECT_THAT(refusal(op, name, flag), HasSubstr("'" + name + "', of which only 0")) << op;
      }
      if (!rule.harmless && refusal(op, name, Attr{}) != "no case") {
        EXPECT_THAT(refusal(op, name, Attr{}), HasSubstr("'" + name + "', ")) << op;
      }
    }
  }
  EXPECT_GE(walked, 6);
  Attr text;
  text.kind = AttrKind::text;
  for (const char* format : {"", "NCHW_VECT_C", "HWNC"}) {
    text.text = format;
    for (const char* op : {"Conv2D", "MaxPool", "BiasAdd", "FusedBatchNormV3"}) {
      EXPECT_THAT(refusal(op, "data_format", text), HasSubstr("data_format")) << op << format;
    }
  }
}

/// Only the spatial axes may be padded.
TEST_F(TensorFlowCases, ExplicitPaddingsOfOtherAxesAreRefused) {
  for (const std::string& name : case_names()) {
    Node& node = node_called(program_, name);
    if (node.text("padding", "") != "EXPLICIT") {
      continue;
    }
    Program changed = program_;
    node_called(changed, name).attrs["explicit_paddings"].integers.back() = 1;
    EXPECT_THAT(message_of([&] { (void)translated(changed, name); }),
                HasSubstr("explicit_paddings of the batch or the channels"));
  }
}

}  // namespace
}  // namespace caloquant
