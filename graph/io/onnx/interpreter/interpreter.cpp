#include "graph/io/onnx/interpreter/interpreter.hpp"

#include <caloquant/error.hpp>
#include <utility>

#include "graph/io/onnx/interpreter/table.hpp"

namespace caloquant::onnx {
namespace {

void check_input(const Model& model, const ValueInfo& info, const Array& array) {
  bool fits = info.type == array.type() || info.type == ElementType::undefined;
  if (info.has_shape) {
    fits = fits && info.dims.size() == array.rank();
    for (std::size_t i = 0; fits && i < info.dims.size(); ++i) {
      fits = info.dims[i] == dynamic || info.dims[i] == array.dims()[i];
    }
  }
  if (!fits) {
    throw ModelError(
        model.file.string() + ": input '" + printable(info.name) + "'",
        "is " + describe(array) + ", declared as " + name_of(info.type) + to_string(info.dims));
  }
}

/// Names that nodes from `next` on and the outputs still read.
std::map<std::string, std::size_t> last_readers(const Model& model) {
  std::map<std::string, std::size_t> last;
  for (std::size_t i = 0; i < model.nodes.size(); ++i) {
    for (const std::string& input : model.nodes[i].inputs) {
      last[input] = i;
    }
  }
  for (const ValueInfo& output : model.outputs) {
    last[output.name] = model.nodes.size();
  }
  return last;
}

}  // namespace

Results evaluate_node(const Model& model, const NodeDef& node, const Values& values,
                      Budget& budget) {
  const Operator& entry = checked_operator(model, node);
  std::vector<const Array*> inputs;
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    const auto found = node.inputs[i].empty() ? values.end() : values.find(node.inputs[i]);
    inputs.push_back(found == values.end() ? nullptr : found->second.get());
    if (inputs.back() == nullptr && !node.inputs[i].empty()) {
      throw ModelError(model.place(node), "has no input " + std::to_string(i));
    }
  }
  Results results = entry.function(Call(model, node, std::move(inputs), budget));
  if (node.outputs.size() > results.size()) {
    for (std::size_t i = results.size(); i < node.outputs.size(); ++i) {
      if (!node.outputs[i].empty()) {
        throw ModelError(model.place(node),
                         "has an output " + std::to_string(i) + ", which is not supported");
      }
    }
  }
  return results;
}

std::vector<Array> evaluate(const Model& model, const std::vector<Array>& inputs, Budget budget) {
  if (inputs.size() != model.inputs.size()) {
    throw ModelError(model.file.string(), "takes " + std::to_string(model.inputs.size()) +
                                              " inputs, " + std::to_string(inputs.size()) +
                                              " are given");
  }
  Values values;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    check_input(model, model.inputs[i], inputs[i]);
    values[model.inputs[i].name] = std::make_shared<const Array>(inputs[i]);
  }
  for (const Initializer& initializer : model.initializers) {
    values[initializer.name] = initializer.array;
  }
  const std::map<std::string, std::size_t> last = last_readers(model);
  for (std::size_t i = 0; i < model.nodes.size(); ++i) {
    const NodeDef& node = model.nodes[i];
    Results results = evaluate_node(model, node, values, budget);
    for (std::size_t k = 0; k < node.outputs.size() && k < results.size(); ++k) {
      if (last.count(node.outputs[k]) > 0 && !node.outputs[k].empty()) {
        values[node.outputs[k]] = std::make_shared<const Array>(std::move(results[k]));
      }
    }
    for (const std::string& input : node.inputs) {
      if (!input.empty() && last.at(input) == i) {
        values.erase(input);
      }
    }
  }
  std::vector<Array> outputs;
  for (const ValueInfo& output : model.outputs) {
    outputs.push_back(*values.at(output.name));
  }
  return outputs;
}

}  // namespace caloquant::onnx
