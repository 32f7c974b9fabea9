#include "graph/io/onnx/writer/export.hpp"

#include <charconv>

#include "graph/io/onnx/proto/write_model.hpp"
#include "ops/core/check.hpp"
#include "ops/core/enums.hpp"

namespace caloquant::onnx {
namespace {

struct Version {
  std::int64_t opset;
  std::int64_t ir;  ///< that came with it
};
constexpr Version usual_version{13, 7};
constexpr Version version_with_s16{21, 10};  ///< first with Q and DQ of s16

Version version_of(const Graph& graph, OnnxProfile profile) {
  for (const Node& node : graph.nodes()) {
    if (node.quant && node.quant->src.dtype == DType::s16 && carries(profile, *node.quant)) {
      return version_with_s16;
    }
  }
  return usual_version;
}

std::string exact_text(double value) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, value).ptr;
  return {text, end};
}

void export_node(Export& out, const Node& node) {
  if (is_quantizable(node.op)) {
    export_layer(out, node);
  } else if (only_moves_cells(node.op) || std::holds_alternative<Concat>(node.op) ||
             std::holds_alternative<Pool>(node.op)) {
    export_movement(out, node);
  } else {
    export_pointwise(out, node);
  }
}

}  // namespace

Export::Export(const Graph& graph, OnnxProfile profile) : graph_(graph), profile_(profile) {
  const Version version = version_of(graph, profile);
  model_.ir_version = version.ir;
  model_.opset = version.opset;
  model_.name = graph.name();
  model_.metadata = {{std::string(output_scale_key), exact_text(graph.output_units().scale)},
                     {std::string(output_power_key), exact_text(graph.output_units().power)}};
  add_interface();
  name_values();
}

/// ONNX cannot have two outputs of one name, or an output called like another input: those are
/// renamed, with a note. An output that is an input has its name and needs no node.
void Export::add_interface() {
  for (const ValueId id : graph_.inputs()) {
    const Value& value = graph_.value(id);
    values_[id] = unique(value.name);
    model_.inputs.push_back({values_[id], ElementType::f32, true, value.shape});
    if (values_[id] != value.name) {
      note(value.name, "is an input whose name is taken, it is called '" + values_[id] + "'");
    }
  }
  std::set<std::string> taken;
  for (const GraphOutput& output : graph_.outputs()) {
    const auto input = values_.find(output.value);
    const bool is_input = input != values_.end() && input->second == output.name &&
                          graph_.producer(output.value) == nullptr &&
                          taken.insert(output.name).second;
    const std::string name = is_input ? output.name : unique(output.name);
    model_.outputs.push_back({name, ElementType::f32, true, graph_.value(output.value).shape});
    if (name != output.name) {
      note(output.name, "is an output whose name is taken, it is called '" + name + "'");
    }
    if (graph_.producer(output.value) != nullptr) {
      values_.emplace(output.value, name);
    }
  }
}

/// Values are called like the nodes that compute them, but where an input or output has the name.
void Export::name_values() {
  std::vector<ValueId> later;
  for (const Node& node : graph_.nodes()) {
    if (values_.count(node.output) > 0) {
      continue;
    }
    if (!node.name.empty() && names_.insert(node.name).second) {
      values_[node.output] = node.name;
    } else {
      later.push_back(node.output);
    }
  }
  for (const Node& node : graph_.nodes()) {
    names_.insert(node.name);
  }
  for (const ValueId id : later) {
    values_[id] = unique(graph_.value(id).name);
  }
}

void Export::note(const std::string& layer, const std::string& text) {
  notes_.push_back({layer, text});
}

std::string Export::unique(const std::string& wish) {
  const std::string base = wish.empty() ? "unnamed" : wish;  // no name is none in ONNX
  std::string name = base;
  for (int suffix = 2; !names_.insert(name).second; ++suffix) {
    name = base + "_" + std::to_string(suffix);
  }
  return name;
}

std::string Export::name(ValueId id) {
  const auto known = values_.find(id);
  if (known != values_.end()) {
    return known->second;
  }
  const Value& value = graph_.value(id);
  CALOQUANT_EXPECT(value.constant != nullptr);  // all others have their names from the start
  values_[id] = constant(value.name, array_of(*value.constant));
  return values_[id];
}

std::string Export::constant(const std::string& wish, Array array) {
  std::string name = unique(wish);
  model_.initializers.push_back({name, std::make_shared<const Array>(std::move(array))});
  return name;
}

std::string Export::numbers(const std::string& wish, const std::vector<float>& values) {
  return constant(wish, Array::of<float>({static_cast<std::int64_t>(values.size())}, values));
}

std::string Export::list(const std::string& wish, const std::vector<std::int64_t>& values) {
  return constant(wish,
                  Array::of<std::int64_t>({static_cast<std::int64_t>(values.size())}, values));
}

NodeDef& Export::node(const std::string& op, const std::string& name,
                      const std::vector<std::string>& inputs, const std::string& output) {
  NodeDef node;
  node.op = op;
  node.name = name;
  node.inputs = inputs;
  node.outputs = {output};
  node.index = model_.nodes.size();
  model_.nodes.push_back(std::move(node));
  return model_.nodes.back();
}

ExportedModel Export::finish() {
  for (const Node& node : graph_.nodes()) {
    export_node(*this, node);
  }
  for (std::size_t i = 0; i < graph_.outputs().size(); ++i) {
    const std::string from = name(graph_.outputs()[i].value);
    const std::string to = model_.outputs[i].name;
    if (from != to) {  // an input, or a second output of one value
      node("Identity", unique(to + "/identity"), {from}, to);
    }
  }
  std::map<std::string, std::string> nodes;
  for (const Node& node : graph_.nodes()) {
    nodes[name(node.output)] = node.name;
  }
  return {std::move(model_), std::move(notes_), std::move(nodes)};
}

ExportedModel export_graph(const Graph& graph, OnnxProfile profile) {
  return Export(graph, profile).finish();
}

}  // namespace caloquant::onnx

namespace caloquant {

namespace {

constexpr EnumNames<OnnxProfile> onnx_profile_names({{OnnxProfile::onnxruntime, "onnxruntime"},
                                                     {OnnxProfile::openvino, "openvino"},
                                                     {OnnxProfile::tensorrt, "tensorrt"},
                                                     {OnnxProfile::portable, "portable"}});

}  // namespace

std::string_view name_of(OnnxProfile profile) noexcept {
  return onnx_profile_names[profile];
}

std::vector<OnnxNote> write_onnx(const Graph& graph, const std::filesystem::path& file,
                                 OnnxProfile profile) {
  OutputFile output(file);
  std::vector<OnnxNote> notes = write_onnx(graph, output, profile);
  output.commit();
  return notes;
}

std::vector<OnnxNote> write_onnx(const Graph& graph, OutputFile& output, OnnxProfile profile) {
  onnx::ExportedModel exported = onnx::export_graph(graph, profile);
  onnx::write_model(exported.model, output);
  return std::move(exported.notes);
}

}  // namespace caloquant
