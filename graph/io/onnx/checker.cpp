#include "graph/io/onnx/checker.hpp"

#include <algorithm>
#include <array>
#include <caloquant/error.hpp>
#include <set>

#include "graph/io/import/attribute_rules.hpp"
#include "graph/io/onnx/interpreter/table.hpp"

namespace caloquant::onnx {
namespace {

/// Smallest IR version of a file of each opset (onnx/helper.py, VERSION_TABLE).
std::int64_t least_ir(std::int64_t opset) {
  constexpr std::array<std::int64_t, 23> versions{3, 3, 3, 3, 3, 3, 3, 3, 3, 4,  5, 6,
                                                  7, 7, 7, 8, 8, 8, 8, 9, 9, 10, 10};
  return versions[static_cast<std::size_t>(std::clamp<std::int64_t>(opset, 0, 22))];
}

struct Required {
  std::string_view op;
  std::string_view attribute;
  AttributeKind kind;
};
/// Attributes without a default in the operators that are written.
constexpr std::array required_attributes{
    Required{"AveragePool", "kernel_shape", AttributeKind::integers},
    Required{"Cast", "to", AttributeKind::integer},
    Required{"Concat", "axis", AttributeKind::integer},
    Required{"DepthToSpace", "blocksize", AttributeKind::integer},
    Required{"MaxPool", "kernel_shape", AttributeKind::integers},
};

class Checker {
 public:
  explicit Checker(const Model& model) : model_(model) {}

  void run() {
    check_header();
    for (const ValueInfo& input : model_.inputs) {
      check_info("input", input);
      define(input.name, file() + ": input '" + printable(input.name) + "'");
    }
    for (const Initializer& initializer : model_.initializers) {
      const std::string place = file() + ": initializer '" + printable(initializer.name) + "'";
      require(initializer.array != nullptr && size_of(initializer.array->type()) > 0, place,
              "has no data");
      define(initializer.name, place);
    }
    for (const NodeDef& node : model_.nodes) {
      check_node(node);
    }
    require(!model_.outputs.empty(), file(), "has no outputs");
    std::set<std::string> seen;
    for (const ValueInfo& output : model_.outputs) {
      check_info("output", output);
      const std::string place = file() + ": output '" + printable(output.name) + "'";
      require(values_.count(output.name) > 0, place, "is never computed");
      require(seen.insert(output.name).second, place, "is there twice");
    }
  }

 private:
  [[nodiscard]] std::string file() const { return model_.file.string(); }

  static void require(bool condition, const std::string& place, const std::string& problem) {
    if (!condition) {
      throw ModelError(place, problem, "ONNX does not allow it");
    }
  }

  void define(const std::string& name, const std::string& place) {
    require(!name.empty(), place, "has no name");
    require(values_.insert(name).second, place,
            "gives '" + printable(name) + "' a value, which has one already");
  }

  void check_header() const {
    require(!model_.name.empty(), file(), "holds a graph without a name");
    require(model_.opset >= 1 && model_.opset <= newest_opset, file(),
            "imports opset " + std::to_string(model_.opset));
    require(model_.ir_version >= least_ir(model_.opset), file(),
            "has IR version " + std::to_string(model_.ir_version) + ", opset " +
                std::to_string(model_.opset) + " needs " + std::to_string(least_ir(model_.opset)));
    std::set<std::string> keys;
    for (const auto& entry : model_.metadata) {
      require(keys.insert(entry.first).second, file(),
              "has the metadata '" + printable(entry.first) + "' twice");
    }
  }

  void check_info(const std::string& kind, const ValueInfo& info) const {
    const std::string place = file() + ": " + kind + " '" + printable(info.name) + "'";
    require(!info.name.empty(), place, "has no name");
    require(size_of(info.type) > 0, place, "has the type " + name_of(info.type));
    require(info.has_shape, place, "has no extents");
    require(std::all_of(info.dims.begin(), info.dims.end(),
                        [](std::int64_t extent) { return extent == dynamic || extent >= 0; }),
            place, "has the extents " + to_string(info.dims));
  }

  void check_attributes(const NodeDef& node) const {
    const std::string place = model_.place(node);
    std::set<std::string> names;
    for (const Attribute& attribute : node.attributes) {
      require(attribute.kind != AttributeKind::none, place,
              "has the attribute '" + printable(attribute.name) + "' without a value");
      require(names.insert(attribute.name).second, place,
              "has the attribute '" + printable(attribute.name) + "' twice");
    }
    for (const Required& entry : required_attributes) {
      const auto found = std::find_if(
          node.attributes.begin(), node.attributes.end(),
          [&](const Attribute& attribute) { return attribute.name == entry.attribute; });
      require(node.op != entry.op || (found != node.attributes.end() && found->kind == entry.kind),
              place, "needs the attribute '" + std::string(entry.attribute) + "'");
    }
  }

  void check_node(const NodeDef& node) {
    const std::string place = model_.place(node);
    const std::size_t least =
        input_counts(checked_operator(model_, node).inputs, model_.opset).least;
    check_attributes(node);
    // Not a rule of the checker; ONNX Runtime loads no file that breaks it.
    require(node.name.empty() || nodes_.insert(node.name).second, place,
            "has the name of another node");
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      const std::string& input = node.inputs[i];
      require(!input.empty() || i >= least, place, "has no input " + std::to_string(i));
      require(input.empty() || values_.count(input) > 0, place,
              "reads '" + printable(input) + "', which nothing in front of it computes");
    }
    for (const std::string& output : node.outputs) {
      if (!output.empty()) {
        define(output, place);
      }
    }
  }

  const Model& model_;
  std::set<std::string> values_;
  std::set<std::string> nodes_;
};

}  // namespace

void check_rules(const Model& model) {
  Checker(model).run();
}

}  // namespace caloquant::onnx
