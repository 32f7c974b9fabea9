// Walks the interpreter's table: its attributes and inputs are those of ONNX in every opset
// (tests/fixtures/options/onnx.json), and every attribute that is read does what it does in ONNX
// Runtime (onnx<opset>.onnx, one node a case), in the interpreter and in the imported graph.

#include <gtest/gtest.h>

#include <algorithm>
#include <caloquant/error.hpp>
#include <set>

#include "graph/io/files/h5file.hpp"
#include "graph/io/import/attribute_rules.hpp"
#include "graph/io/onnx/interpreter/interpreter.hpp"
#include "graph/io/onnx/interpreter/table.hpp"
#include "graph/io/onnx/onnx_reader.hpp"
#include "graph/io/onnx/proto/read_model.hpp"
#include "graph/json/json.hpp"
#include "tests/graph/io/keras/support.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

namespace fs = std::filesystem;
using testing::message_of;

constexpr std::int64_t oldest_opset = 7;

fs::path fixture(const std::string& name) {
  return fs::path(CALOQUANT_SOURCE_DIR) / "tests/fixtures/options" / name;
}

/// What one definition of an operator has: attributes ("!" behind those that must be given),
/// inputs.
struct Definition {
  std::set<std::string> attributes;
  std::size_t least = 0;
  std::size_t most = 0;
  bool operator==(const Definition&) const = default;
};

std::string text_of(const Definition& definition) {
  std::string text;
  for (const std::string& name : definition.attributes) {
    text += name + " ";
  }
  return text + std::to_string(definition.least) + "-" + std::to_string(definition.most);
}

Definition defined(const Json& version) {
  Definition definition;
  for (const Json& name : version[1]) {
    definition.attributes.insert(name.get<std::string>());
  }
  definition.least = version[2].get<std::size_t>();
  definition.most = static_cast<std::size_t>(version[3].get<std::int64_t>());
  return definition;
}

Definition listed(const onnx::Operator& entry, std::int64_t opset) {
  Definition definition;
  for (const AttributeRule& rule : attribute_rules(entry.attributes)) {
    if (opset >= rule.first && opset <= rule.last) {
      definition.attributes.insert(std::string(rule.name) + (rule.required ? "!" : ""));
    }
  }
  const InputCounts counts = input_counts(entry.inputs, opset);
  definition.least = counts.least;
  definition.most = counts.most;
  return definition;
}

/// In opset 11 value stopped being the only kind of Constant; it need not be given in our table,
/// as its function asks for one of them.
TEST(OnnxAttributes, AreThoseOfEveryOpset) {
  const Json schemas =
      parse_json<ModelError>(read_text<ModelError>(fixture("onnx.json")), "onnx.json")
          .at("options");
  int compared = 0;
  for (const onnx::Operator& entry : onnx::operator_table()) {
    std::set<std::int64_t> known;
    ASSERT_TRUE(schemas.contains(std::string(entry.name))) << entry.name;
    for (const Json& version : schemas.at(std::string(entry.name))) {
      const auto first = version[0][0].get<std::int64_t>();
      const auto last = version[0][1].get<std::int64_t>();
      for (std::int64_t opset = first; opset <= last; ++opset) {
        known.insert(opset);
        Definition wanted = defined(version);
        if (entry.name == "Constant" && wanted.attributes.erase("value!") > 0) {
          wanted.attributes.insert("value");
        }
        EXPECT_EQ(text_of(listed(entry, opset)), text_of(wanted)) << entry.name << " " << opset;
        ++compared;
      }
    }
    for (std::int64_t opset = oldest_opset; opset <= onnx::newest_opset; ++opset) {
      EXPECT_EQ(known.count(opset) > 0, opset >= entry.since && opset <= entry.until)
          << entry.name << " " << opset;
    }
  }
  EXPECT_GT(compared, 1000);
}

/// One node of a fixture as a model of its own.
onnx::Model single(const onnx::Model& all, const onnx::NodeDef& node, const std::string& output) {
  onnx::Model model = all;
  model.nodes = {node};
  std::erase_if(model.inputs, [&](const onnx::ValueInfo& input) {
    return std::find(node.inputs.begin(), node.inputs.end(), input.name) == node.inputs.end();
  });
  onnx::ValueInfo info;
  info.name = output;
  info.type = onnx::ElementType::f32;
  model.outputs = {info};
  return model;
}

std::vector<float> floats_of(const onnx::Array& array) {
  std::vector<float> values;
  const auto put = [&](const auto& from) {
    for (const auto value : from) {
      values.push_back(static_cast<float>(value));
    }
  };
  if (array.type() == onnx::ElementType::f32) {
    put(array.data<float>());
  } else if (array.type() == onnx::ElementType::s64) {
    put(array.data<std::int64_t>());
  } else if (array.type() == onnx::ElementType::s32) {
    put(array.data<std::int32_t>());
  } else if (array.type() == onnx::ElementType::u8) {
    put(array.data<std::uint8_t>());
  } else if (array.type() == onnx::ElementType::s8) {
    put(array.data<std::int8_t>());
  } else {  // narrow floats: as they lie there
    for (const std::byte byte : array.bytes()) {
      values.push_back(static_cast<float>(std::to_integer<int>(byte)));
    }
  }
  return values;
}

struct Computed {
  Shape shape;
  std::vector<float> values;
  bool operator==(const Computed&) const = default;
};

Computed computed(const Tensor& tensor) {
  const auto values = tensor.data<float>();
  return {tensor.shape(), {values.begin(), values.end()}};
}

class OnnxAttributeCases : public ::testing::TestWithParam<int> {
 protected:
  void SetUp() override {
    const std::string name = "onnx" + std::to_string(GetParam());
    model_ = onnx::read_model(fixture(name + ".onnx"));
    golden_.emplace(H5File::open(fixture(name + "_golden.h5"), ErrorKind::data));
  }

  [[nodiscard]] std::vector<Tensor> data(const onnx::Model& model) const {
    std::vector<Tensor> inputs;
    for (const onnx::ValueInfo& input : model.inputs) {
      inputs.push_back(golden_->read("/in/" + input.name, DType::f32));
    }
    return inputs;
  }

  [[nodiscard]] Computed interpreted(const onnx::Model& model) const {
    std::vector<onnx::Array> inputs;
    for (const Tensor& tensor : data(model)) {
      const auto values = tensor.data<float>();
      inputs.push_back(onnx::Array::of<float>(tensor.shape(), {values.begin(), values.end()}));
    }
    const onnx::Array array = std::move(onnx::evaluate(model, inputs).front());
    return {array.dims(), floats_of(array)};
  }

  /// The node of every output of the fixture.
  template <typename F>
  void for_each_case(F f) const {
    for (const onnx::ValueInfo& output : model_.outputs) {
      const auto node = std::ranges::find_if(model_.nodes, [&](const onnx::NodeDef& candidate) {
        return std::ranges::find(candidate.outputs, output.name) != candidate.outputs.end();
      });
      ASSERT_NE(node, model_.nodes.end());
      f(*node, output.name);
    }
  }

  [[nodiscard]] Computed expected(const std::string& output) const {
    return computed(golden_->read("/out/" + output, DType::f32));
  }

  onnx::Model model_;
  std::optional<H5File> golden_;
};

/// ONNX Runtime sums in f32, at most 40 terms here, and rounds to its integers where a half may
/// fall to either side: one step.
void expect_near(const Computed& found, const Computed& expected, float step,
                 const std::string& what) {
  ASSERT_EQ(found.shape, expected.shape) << what;
  float largest = 0.0F;
  for (const float value : expected.values) {
    largest = std::max(largest, std::fabs(value));
  }
  for (std::size_t i = 0; i < found.values.size(); ++i) {
    ASSERT_NEAR(found.values[i], expected.values[i], 2e-5F * largest + step)
        << what << " element " << i;
  }
}

std::string label(const onnx::NodeDef& node) {
  std::string text = node.op;
  for (const onnx::Attribute& attribute : node.attributes) {
    text += " " + attribute.name;
  }
  return text;
}

bool is_narrow_cast(const onnx::NodeDef& node) {
  return std::ranges::any_of(node.attributes, [](const onnx::Attribute& attribute) {
    return (attribute.name == "to" || attribute.name == "output_dtype") &&
           (attribute.integer == 17 || attribute.integer == 10);
  });
}

TEST_P(OnnxAttributeCases, InterpreterAgreesWithOnnxRuntime) {
  for_each_case([&](const onnx::NodeDef& node, const std::string& output) {
    if (is_narrow_cast(node)) {  // compared as numbers by ONNX's own tests
      return;
    }
    const float step = node.op == "QLinearConv" ? 1.0F : 0.0F;
    Computed found;
    ASSERT_EQ(message_of([&] { found = interpreted(single(model_, node, output)); }), "")
        << label(node);
    expect_near(found, expected(output), step, label(node));
  });
}

/// A node on a computed tensor gives the same as a graph, or is refused; never something else.
TEST_P(OnnxAttributeCases, ImportedGraphAgreesOrIsRefused) {
  int imported = 0;
  for_each_case([&](const onnx::NodeDef& node, const std::string& output) {
    const onnx::Model model = single(model_, node, output);
    std::optional<Graph> graph;
    const std::string message = model.inputs.empty()
                                    ? "of constants"
                                    : message_of([&] { graph = onnx::import_model(model); });
    if (graph) {
      ++imported;
      const Tensor found = testing::run_reference(*graph, data(model)).front();
      expect_near(computed(found), expected(output), 0.0F, label(node));
    } else {
      EXPECT_NE(message, "") << label(node);
    }
  });
  EXPECT_GE(imported, 4);
}

INSTANTIATE_TEST_SUITE_P(Opsets, OnnxAttributeCases, ::testing::Values(8, 13, 21));

/// Another value of the same kind.
onnx::Attribute other_value(onnx::Attribute attribute) {
  attribute.integer = attribute.integer == 0 ? 1 : attribute.integer - 1;
  attribute.number += 0.25F;
  attribute.text += "_other";
  for (std::int64_t& value : attribute.integers) {
    ++value;
  }
  for (float& value : attribute.numbers) {
    value += 1.0F;
  }
  return attribute;
}

/// Without the attribute of a node, or with another value, one of the cases gives something else or
/// is refused; a harmless one changes nothing.
class OnnxAttributeWalk : public OnnxAttributeCases {
 public:
  using Seen = std::map<std::string, std::pair<int, int>>;  ///< cases, and those that differ
  /// Of these one value alone is supported: leaving it out is what may change nothing.
  static bool only_default(const onnx::NodeDef& node, const onnx::Attribute& attribute) {
    for (const AttributeRule& rule : attribute_rules(onnx::find_operator(node.op)->attributes)) {
      if (rule.name == attribute.name) {
        return rule.allowed.has_value();
      }
    }
    return false;
  }
  void walk(Seen& seen) {
    for_each_case([&](const onnx::NodeDef& node, const std::string& output) {
      const Computed with = interpreted(single(model_, node, output));
      for (const onnx::Attribute& attribute : node.attributes) {
        onnx::NodeDef less = node;
        std::erase_if(less.attributes, [&](const auto& own) { return own.name == attribute.name; });
        onnx::NodeDef other = node;
        std::ranges::find(other.attributes, attribute.name, &onnx::Attribute::name)[0] =
            other_value(attribute);
        const auto differs = [&](const onnx::NodeDef& changed) {
          Computed found;
          const std::string message =
              message_of([&] { found = interpreted(single(model_, changed, output)); });
          return !message.empty() || found != with;
        };
        auto& [cases, differ] = seen[node.op + "." + attribute.name];
        ++cases;
        differ += differs(less) || (!only_default(node, attribute) && differs(other)) ? 1 : 0;
      }
    });
  }
};

TEST_P(OnnxAttributeWalk, EveryAttributeIsReadOrHarmless) {
  OnnxAttributeWalk::Seen seen;
  walk(seen);
  for (const int opset : {8, 13}) {  // the newest opset's fixture is this test's own
    const std::string name = "onnx" + std::to_string(opset);
    model_ = onnx::read_model(fixture(name + ".onnx"));
    golden_.emplace(H5File::open(fixture(name + "_golden.h5"), ErrorKind::data));
    walk(seen);
  }
  // Not in ONNX Runtime, or texts and sparse tensors, which the interpreter refuses.
  const std::set<std::string> unseen{"Constant.sparse_value", "Constant.value_string",
                                     "Constant.value_strings"};
  int walked = 0;
  for (const onnx::Operator& entry : onnx::operator_table()) {
    for (const AttributeRule& rule : attribute_rules(entry.attributes)) {
      const std::string name = std::string(entry.name) + "." + std::string(rule.name);
      if (unseen.count(name) > 0) {
        continue;
      }
      ++walked;
      const auto [cases, differ] = seen[name];
      EXPECT_GE(cases, 1) << name << " is in no fixture";
      if (rule.harmless || rule.allowed) {
        EXPECT_EQ(differ, 0) << name;
      } else {
        EXPECT_GE(differ, 1) << name << " changes nothing";
      }
    }
  }
  EXPECT_GE(walked, 120);
}

INSTANTIATE_TEST_SUITE_P(Newest, OnnxAttributeWalk, ::testing::Values(21));

}  // namespace
}  // namespace caloquant
