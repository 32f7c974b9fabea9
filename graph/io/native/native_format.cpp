#include "graph/io/native/native_format.hpp"

#include <algorithm>
#include <caloquant/error.hpp>
#include <cmath>
#include <map>
#include <utility>

#include "graph/io/files/checksum_block.hpp"
#include "graph/io/files/h5file.hpp"
#include "graph/io/native/op_json.hpp"
#include "graph/ir/editor.hpp"
#include "graph/json/json.hpp"

namespace caloquant {
namespace {

constexpr std::int64_t format_version = 3;

std::string constant_path(std::size_t index) {
  return "/constants/" + std::to_string(index);
}
std::string scales_path(std::size_t node) {
  return "/scales/" + std::to_string(node);
}

Json quant_to_json(const QuantParams& params) {
  Json json{{"dtype", std::string(name_of(params.dtype))},
            {"scale", params.scale},
            {"zero_point", params.zero_point}};
  if (params.limit != 0) {
    json["limit"] = params.limit;
  }
  return json;
}

DType dtype_from(const std::string& name, std::initializer_list<DType> known,
                 const std::string& where) {
  std::string names;
  for (const DType dtype : known) {
    if (name == name_of(dtype)) {
      return dtype;
    }
    names.append(names.empty() ? "" : ", ").append(name_of(dtype));
  }
  throw ModelError(where, "has the type '" + name + "'", "known are " + names);
}

/// No writer makes a smaller one than qmath's smallest_scale, or one that has no reciprocal.
bool is_usable_scale(float scale) {
  return number_problem(static_cast<double>(scale), NumberRange::positive()).empty();
}

/// Is the zero point one of the type's integers, and the limit one that it can have?
bool is_possible(const QuantParams& params, std::int64_t zero_point) {
  switch (params.dtype) {
    case DType::u8:
      return zero_point >= 0 && zero_point <= 255 && params.limit == 0;
    case DType::s8:
      return zero_point >= -128 && zero_point <= 127 && params.limit == 0;
    case DType::s16:
      return zero_point == 0 && params.limit >= 1 && params.limit <= 32767;
    case DType::f32:
    case DType::f64:
    case DType::s32:
    case DType::s64:
    case DType::bf16:
      break;
  }
  return zero_point == 0 && params.limit == 0 && params.scale == 1.0F;
}

QuantParams quant_from_json(const Json& json, const std::string& where) {
  const auto dtype = json_field<std::string>(json, "dtype", where);
  const auto zero_point = json_field<std::int64_t>(json, "zero_point", where);
  QuantParams params{
      dtype_from(dtype, {DType::u8, DType::s8, DType::s16, DType::bf16, DType::f32}, where),
      json_field<float>(json, "scale", where), static_cast<std::int32_t>(zero_point)};
  if (json.contains("limit")) {
    const auto limit = json_field<std::int64_t>(json, "limit", where);
    params.limit = static_cast<std::int32_t>(std::clamp<std::int64_t>(limit, -1, 65536));
  }
  if (!is_usable_scale(params.scale) || !is_possible(params, zero_point)) {
    throw ModelError(where, "has the impossible quantization " + json.dump());
  }
  return params;
}

Json graph_to_json(const Graph& graph) {
  Json json;
  json["name"] = graph.name();
  json["output_units"] = {{"scale", graph.output_units().scale},
                          {"power", graph.output_units().power}};
  json["inputs"] = Json::array();
  for (const ValueId id : graph.inputs()) {
    json["inputs"].push_back({{"id", static_cast<std::int64_t>(id)},
                              {"name", graph.value(id).name},
                              {"shape", graph.value(id).shape}});
  }
  json["constants"] = Json::array();
  for (std::size_t i = 0; i < graph.values().size(); ++i) {
    if (graph.values()[i].constant) {
      json["constants"].push_back(
          {{"id", i},
           {"name", graph.values()[i].name},
           {"dtype", std::string(name_of(graph.values()[i].constant->dtype()))}});
    }
  }
  json["nodes"] = Json::array();
  for (const Node& node : graph.nodes()) {
    Json entry = op_to_json(node.op);
    entry["name"] = node.name;
    entry["inputs"] = Json::array();
    for (const ValueId id : node.inputs) {
      entry["inputs"].push_back(static_cast<std::int64_t>(id));
    }
    entry["output"] = static_cast<std::int64_t>(node.output);
    if (node.quant) {
      entry["quantized_src"] = quant_to_json(node.quant->src);
    }
    json["nodes"].push_back(std::move(entry));
  }
  json["outputs"] = Json::array();
  for (const GraphOutput& output : graph.outputs()) {
    json["outputs"].push_back(
        {{"name", output.name}, {"id", static_cast<std::int64_t>(output.value)}});
  }
  return json;
}

/// f32 numbers, all of them finite.
Tensor read_finite(const H5File& file, const std::string& path) {
  Tensor tensor = file.read(path, DType::f32);
  const std::span<const float> numbers = std::as_const(tensor).data<float>();
  if (!std::ranges::all_of(numbers, [](float number) { return std::isfinite(number); })) {
    throw ModelError(file.path().string() + ":" + path, "holds a number that is not finite");
  }
  return tensor;
}

/// Rebuilds a graph from its JSON and the tensors beside it.
class GraphReader {
 public:
  GraphReader(const H5File& file, Json json)
      : file_(file),
        json_(std::move(json)),
        place_(file.path().string() + ":/graph"),
        editor_(json_field<std::string>(json_, "name", place_)) {}

  Graph read() {
    const auto units = json_field<Json>(json_, "output_units", place_);
    const auto positive = [&](const char* key) {
      return checked_number<ModelError>(json_field<double>(units, key, place_),
                                        place_ + "/output_units/" + key, NumberRange::positive());
    };
    editor_.set_output_units({positive("scale"), positive("power")});
    for (const Json& input : list("inputs")) {
      auto shape = json_field<Shape>(input, "shape", place_);
      know(input, editor_.add_input(json_field<std::string>(input, "name", place_), shape));
    }
    for (const Json& constant : list("constants")) {
      read_constant(constant);
    }
    std::size_t index = 0;
    for (const Json& node : list("nodes")) {
      read_node(node, index++);
    }
    for (const Json& output : list("outputs")) {
      editor_.add_output(json_field<std::string>(output, "name", place_),
                         value(json_field<std::int64_t>(output, "id", place_)));
    }
    return editor_.finish();
  }

 private:
  [[nodiscard]] Json list(const char* key) const {
    Json entries = json_field<Json>(json_, key, place_);
    if (!entries.is_array()) {
      throw ModelError(place_, std::string("'") + key + "' is not a list");
    }
    return entries;
  }

  void know(const Json& entry, ValueId id) {
    values_[json_field<std::int64_t>(entry, "id", place_)] = id;
  }

  [[nodiscard]] ValueId value(std::int64_t id) const {
    const auto found = values_.find(id);
    if (found == values_.end()) {
      throw ModelError(place_, "names the value " + std::to_string(id) + ", which does not exist");
    }
    return found->second;
  }

  void read_constant(const Json& entry) {
    const auto id = json_field<std::int64_t>(entry, "id", place_);
    const std::string path = constant_path(static_cast<std::size_t>(id));
    const DType dtype = dtype_from(json_field<std::string>(entry, "dtype", place_),
                                   {DType::f32, DType::s8, DType::bf16}, place_);
    Tensor tensor = dtype == DType::f32 ? read_finite(file_, path) : file_.read(path, dtype);
    if (dtype == DType::bf16) {
      for (const BFloat16 number : std::as_const(tensor).data<BFloat16>()) {
        if ((number.bits & 0x7F80U) == 0x7F80U) {
          throw ModelError(file_.path().string() + ":" + path, "holds a number that is not finite");
        }
      }
    }
    know(entry,
         editor_.add_constant(json_field<std::string>(entry, "name", place_), std::move(tensor)));
  }

  void read_node(const Json& entry, std::size_t index) {
    const auto name = json_field<std::string>(entry, "name", place_);
    const std::string where = file_.path().string() + ", layer '" + name + "'";
    std::vector<ValueId> inputs;
    for (const std::int64_t id : json_field<Shape>(entry, "inputs", where)) {
      inputs.push_back(value(id));
    }
    const ValueId dst = editor_.add_node(name, op_from_json(entry, where), inputs);
    values_[json_field<std::int64_t>(entry, "output", where)] = dst;
    if (entry.contains("quantized_src")) {
      read_quant(entry, where, index, inputs);
    }
  }

  void read_quant(const Json& entry, const std::string& where, std::size_t index,
                  const std::vector<ValueId>& inputs) {
    const Tensor scales = file_.read(scales_path(index), DType::f32);
    const auto values = scales.data<float>();
    for (const float scale : values) {
      if (!is_usable_scale(scale)) {
        throw ModelError(where, "has a weight scale of " + std::to_string(scale));
      }
    }
    const auto node = static_cast<NodeId>(editor_.graph().nodes().size() - 1);
    const auto weights = inputs.size() > 1 ? editor_.graph().value(inputs[1]).constant : nullptr;
    if (!weights) {
      throw ModelError(where, "is quantized, but has no constant weights");
    }
    editor_.set_quant(
        node, {quant_from_json(entry.at("quantized_src"), where), {values.begin(), values.end()}},
        weights);
  }

  const H5File& file_;
  Json json_;
  std::string place_;
  GraphEditor editor_;
  std::map<std::int64_t, ValueId> values_;
};

std::vector<Tensor> read_samples(const H5File& file, const std::string& prefix) {
  std::vector<Tensor> samples;
  while (file.exists(prefix + std::to_string(samples.size()))) {
    samples.push_back(read_finite(file, prefix + std::to_string(samples.size())));
  }
  return samples;
}

/// The graph; errors of its layers name the file, too.
Graph read_graph(const H5File& file) {
  const std::string place = file.path().string();
  try {
    return GraphReader(file, parse_json<ModelError>(file.read_text("/graph"), place + ":/graph"))
        .read();
  } catch (const ModelError& error) {
    if (error.place().starts_with(place)) {
      throw;
    }
    throw ModelError(place + ", " + error.place(), error.problem(), error.remedy());
  }
}

/// The first version had no block, but said what it is by an attribute.
bool is_first_version(const std::filesystem::path& path) {
  try {
    return H5File::open(path, ErrorKind::model).find_text("/", "_format") == "caloquant";
  } catch (const ModelError&) {
    return false;
  }
}

[[noreturn]] void refuse_version(const std::filesystem::path& path, std::int64_t version) {
  throw ModelError(path.string(),
                   "has version " + std::to_string(version) + " of its format, but version " +
                       std::to_string(format_version) + " is read here",
                   version > format_version ? "read it with the newer caloquant that wrote it"
                                            : "quantize the fp32 model again with this version");
}

}  // namespace

void write_native(const NativeModel& model, const std::filesystem::path& file) {
  OutputFile output(file);
  write_native(model, output);
  output.commit();
}

void write_native(const NativeModel& model, OutputFile& output) {
  H5File file = H5File::create(output, checksum_block_bytes);
  file.write_text("/graph", graph_to_json(model.graph).dump(1));
  for (std::size_t i = 0; i < model.graph.values().size(); ++i) {
    if (const auto& constant = model.graph.values()[i].constant) {
      file.write(constant_path(i), *constant);
    }
  }
  for (std::size_t i = 0; i < model.graph.nodes().size(); ++i) {
    if (const auto& quant = model.graph.nodes()[i].quant) {
      const std::span<const float> scales = quant->weight_scales;
      file.write(scales_path(i),
                 Tensor::of<float>({static_cast<std::int64_t>(scales.size())}, scales));
    }
  }
  for (std::size_t i = 0; i < model.sample_inputs.size(); ++i) {
    file.write("/samples/input_" + std::to_string(i), model.sample_inputs[i]);
  }
  for (std::size_t i = 0; i < model.sample_outputs.size(); ++i) {
    const Tensor& sample = model.sample_outputs[i];
    Shape chunk = sample.shape();
    chunk.front() = 1;
    file.write("/samples/output_" + std::to_string(i), sample, {chunk, 6});
  }
  file.write_text("/provenance", model.provenance);
  file.commit_with_checksum(format_version);
}

bool is_native(const std::filesystem::path& path) {
  return read_checksum_block(path).has_value() || is_first_version(path);
}

NativeModel read_native(const std::filesystem::path& path) {
  const auto block = read_checksum_block(path);
  if (!block) {
    (void)H5File::open(path, ErrorKind::model);  // says when it is absent or no HDF5 at all
    if (is_first_version(path)) {
      refuse_version(path, 1);
    }
    throw ModelError(path.string(), "is not a caloquant model",
                     "quantize writes one as quantized.h5");
  }
  if (block->version != format_version) {
    refuse_version(path, block->version);
  }
  if (block->sha256 != hash_behind_block(path)) {
    throw ModelError(path.string(), "is damaged: its content does not match its sha256",
                     "copy it again");
  }
  const H5File file = H5File::open(path, ErrorKind::model);
  NativeModel model;
  model.graph = read_graph(file);
  model.sample_inputs = read_samples(file, "/samples/input_");
  model.sample_outputs = read_samples(file, "/samples/output_");
  model.provenance = file.read_text("/provenance");
  (void)parse_json<ModelError>(model.provenance, path.string() + ":/provenance");
  return model;
}

}  // namespace caloquant
