#include <algorithm>
#include <caloquant/error.hpp>
#include <optional>
#include <set>
#include <utility>

#include "graph/io/onnx/importer/folding.hpp"
#include "graph/io/onnx/importer/translators.hpp"
#include "graph/io/onnx/interpreter/table.hpp"
#include "graph/io/onnx/onnx_reader.hpp"
#include "graph/io/onnx/proto/read_model.hpp"
#include "ops/core/number.hpp"

namespace caloquant::onnx {
namespace {

/// Batches of the two evaluations when the file leaves the batch open.
constexpr std::array<std::int64_t, 2> probes{11, 13};

std::string input_place(const Model& model, const ValueInfo& input) {
  return model.file.string() + ": input '" + printable(input.name) + "'";
}

/// The batch that the inputs declare; 0 when it is symbolic.
std::int64_t declared_batch(const Model& model) {
  std::int64_t batch = 0;
  for (const ValueInfo& input : model.inputs) {
    const std::string place = input_place(model, input);
    if (input.type != ElementType::f32) {
      throw ModelError(place, "has elements of " + name_of(input.type) + ", f32 is needed");
    }
    if (!input.has_shape || input.dims.size() < 2 || input.dims.size() > 5) {
      throw ModelError(place, "has the extents " + to_string(input.dims) + ", needs 2 to 5 axes",
                       "export the model with the shapes of its inputs");
    }
    for (std::size_t i = 1; i < input.dims.size(); ++i) {
      if (input.dims[i] < 1 || input.dims[i] > (std::int64_t{1} << 31)) {
        throw ModelError(
            place,
            "has the extents " + to_string(input.dims) + ", of which only the first may be unknown",
            "export the model with fixed extents");
      }
    }
    const std::int64_t own = input.dims.front() == dynamic ? 0 : input.dims.front();
    if (batch != 0 && own != 0 && own != batch) {
      throw ModelError(place, "has a batch of " + std::to_string(own) + ", another input one of " +
                                  std::to_string(batch));
    }
    batch = own != 0 ? own : batch;
  }
  return batch;
}

/// Scale and power of the output where caloquant wrote them into the metadata, else 1.
EnergyUnits output_units(const Model& model) {
  EnergyUnits units;
  for (const auto& [key, value] : model.metadata) {
    double* const target = key == output_scale_key   ? &units.scale
                           : key == output_power_key ? &units.power
                                                     : nullptr;
    if (target == nullptr) {
      continue;
    }
    const std::optional<double> number = number_from(value);
    if (!number || !number_problem(*number, NumberRange::positive()).empty()) {
      throw ModelError(model.file.string() + ": metadata '" + key + "'",
                       "is '" + printable(value) + "', needs a positive number");
    }
    *target = *number;
  }
  return units;
}

class Importer {
 public:
  explicit Importer(const Model& model)
      : model_(model),
        editor_(model.name.empty() ? "onnx" : model.name),
        state_{model, editor_, {}, {}, {}, {}, declared_batch(model), folding_budget(model)},
        folding_(state_) {
    state_.batches =
        state_.fixed_batch == 0 ? probes : std::array{state_.fixed_batch, state_.fixed_batch};
  }

  ImportedModel run() {
    for (const ValueInfo& input : model_.inputs) {
      Shape shape = input.dims;
      shape.front() = dynamic;
      state_.values[input.name] = editor_.add_input(input.name, shape);
    }
    for (const Initializer& initializer : model_.initializers) {
      state_.values[initializer.name] = Known{{initializer.array, initializer.array}};
    }
    const std::vector<bool> needed = needed_nodes(model_);
    count_readers(needed);
    reserve_names(needed);
    for (std::size_t i = 0; i < model_.nodes.size(); ++i) {
      if (needed[i]) {
        import_node(model_.nodes[i]);
      }
    }
    for (const ValueInfo& output : model_.outputs) {
      editor_.add_output(output.name, output_value(output));
    }
    editor_.set_output_units(output_units(model_));
    std::map<std::string, std::string> nodes = node_names();
    return {editor_.finish(), std::move(nodes), {}};
  }

 private:
  void count_readers(const std::vector<bool>& needed) {
    for (std::size_t i = 0; i < model_.nodes.size(); ++i) {
      for (const std::string& input : model_.nodes[i].inputs) {
        state_.readers[input] += needed[i] ? std::size_t{1} : std::size_t{0};
      }
    }
    for (const ValueInfo& output : model_.outputs) {
      ++state_.readers[output.name];
    }
  }

  /// The nodes of the file keep their names, whatever those that are added are called.
  void reserve_names(const std::vector<bool>& needed) {
    std::set<std::string> names;
    for (std::size_t i = 0; i < model_.nodes.size(); ++i) {
      if (needed[i] && !model_.nodes[i].outputs.empty()) {
        names.insert(graph_name(model_.nodes[i]));
      }
    }
    editor_.reserve_names(std::move(names));
  }

  [[nodiscard]] ValueId output_value(const ValueInfo& output) const {
    const auto* value = std::get_if<ValueId>(&state_.values.at(output.name));
    if (value == nullptr) {
      throw ModelError(model_.file.string() + ": output '" + printable(output.name) + "'",
                       "is a constant, a part that Split or Slice cuts out, or quantized",
                       "an output must be computed from the inputs, in f32");
    }
    return *value;
  }

  void import_node(const NodeDef& node) {
    (void)checked_operator(model_, node);
    try {
      if (folding_.all_known(node)) {
        folding_.fold(node);
      } else if (node.op == "Shape" || node.op == "Size") {
        folding_.fold_shape(node);
      } else {
        translate(node);
      }
    } catch (const ModelError& error) {
      if (error.place().rfind("layer '", 0) != 0) {
        throw;
      }
      throw ModelError(model_.place(node), error.problem(), error.remedy());
    }
  }

  void translate(const NodeDef& node) {
    const NodeImport import(state_, node);
    if (node.op == "Split") {
      const std::vector<ImportedValue> parts = import_split(import);
      for (std::size_t i = 0; i < node.outputs.size() && i < parts.size(); ++i) {
        state_.values[node.outputs[i]] = parts[i];
      }
      return;
    }
    const Translator translator = find_translator(node.op);
    if (translator == nullptr) {
      throw ModelError(model_.place(node), "cannot be computed by the graph",
                       "`caloquant operators` lists those that can");
    }
    for (std::size_t i = 1; i < node.outputs.size(); ++i) {
      if (!node.outputs[i].empty() && state_.readers[node.outputs[i]] > 0) {
        throw ModelError(model_.place(node), "has a second output that is read",
                         "only the first is supported");
      }
    }
    const std::vector<Node> before = producers_of(node);
    state_.values[node.outputs.front()] = translator(import);
    forget_replaced(before);
    if (const auto* value = std::get_if<ValueId>(&state_.values.at(node.outputs.front()))) {
      computed_[node.outputs.front()] = *value;
    }
  }

  /// The nodes of the graph that compute the inputs of `node`.
  [[nodiscard]] std::vector<Node> producers_of(const NodeDef& node) const {
    std::vector<Node> producers;
    for (const std::string& name : node.inputs) {
      const auto* value = name.empty() ? nullptr : std::get_if<ValueId>(&state_.values.at(name));
      const Node* producer = value == nullptr ? nullptr : editor_.graph().producer(*value);
      if (producer != nullptr) {
        producers.push_back(*producer);
      }
    }
    return producers;
  }

  /// A translator that changes a node (MatMul gets the bias of an Add) changes what it stands for.
  void forget_replaced(const std::vector<Node>& before) {
    for (const Node& old : before) {
      const Node* now = editor_.graph().producer(old.output);
      if (now == nullptr || now->inputs != old.inputs || now->op != old.op) {
        std::erase_if(computed_, [&](const auto& entry) { return entry.second == old.output; });
      }
    }
  }

  [[nodiscard]] std::map<std::string, std::string> node_names() const {
    std::map<std::string, std::string> names;
    for (const auto& [value, id] : computed_) {
      if (const Node* producer = editor_.graph().producer(id)) {
        names[value] = producer->name;
      }
    }
    return names;
  }

  const Model& model_;
  GraphEditor editor_;
  ImportState state_;
  Folding folding_;
  std::map<std::string, ValueId> computed_;  ///< values of the model that one tensor stands for
};

}  // namespace

std::vector<bool> needed_nodes(const Model& model) {
  std::set<std::string> wanted;
  for (const ValueInfo& output : model.outputs) {
    wanted.insert(output.name);
  }
  std::vector<bool> needed(model.nodes.size(), false);
  for (std::size_t i = model.nodes.size(); i-- > 0;) {
    const NodeDef& node = model.nodes[i];
    needed[i] = std::any_of(node.outputs.begin(), node.outputs.end(), [&](const auto& name) {
      return !name.empty() && wanted.count(name) > 0;
    });
    if (needed[i]) {
      wanted.insert(node.inputs.begin(), node.inputs.end());
    }
  }
  return needed;
}

ImportedModel import_with_names(const Model& model) {
  if (model.inputs.empty() || model.outputs.empty()) {
    throw ModelError(model.file.string(), "has no inputs or no outputs");
  }
  return Importer(model).run();
}

ImportedLayers layers_of(const Model& model, const ImportedModel& imported) {
  const std::vector<bool> needed = needed_nodes(model);
  ImportedLayers layers;
  for (std::size_t i = 0; i < model.nodes.size(); ++i) {
    const NodeDef& node = model.nodes[i];
    for (std::size_t output = 0; needed[i] && output < node.outputs.size(); ++output) {
      ImportedLayer layer;
      if (output == 0 && !node.name.empty()) {
        layer.names.push_back(node.name);
      }
      layer.names.push_back(node.outputs[output]);
      layer.kind = node.kind();
      const auto found = imported.nodes.find(node.outputs[output]);
      layer.value = found == imported.nodes.end() ? "" : found->second;
      layers.push_back(std::move(layer));
    }
  }
  return layers;
}

Graph import_model(const Model& model) {
  return import_with_names(model).graph;
}

}  // namespace caloquant::onnx

namespace caloquant {

Graph read_onnx(const std::filesystem::path& file, ImportedLayers* layers) {
  const onnx::Model model = onnx::read_model(file);
  onnx::ImportedModel imported = onnx::import_with_names(model);
  if (layers != nullptr) {
    *layers = onnx::layers_of(model, imported);
  }
  return std::move(imported.graph);
}

}  // namespace caloquant
