#include "graph/io/tensorflow/proto/read_program.hpp"

#include <algorithm>
#include <caloquant/error.hpp>

#include "graph/io/onnx/model.hpp"
#include "graph/io/protobuf/parse_file.hpp"
#include "graph/io/tensorflow/proto/decode_tensor.hpp"
#include "graph/io/tensorflow/proto/tensorflow.pb.h"

namespace caloquant::tensorflow {
namespace {

namespace proto = tensorflow_proto;
using onnx::printable;

Attr shape_attr(const proto::TensorShapeProto& shape) {
  Attr attr;
  attr.kind = AttrKind::shape;
  attr.known_rank = !shape.unknown_rank();
  attr.integers = dims_of(shape);
  return attr;
}

Attr list_attr(const proto::AttrValue::ListValue& list) {
  Attr attr;
  if (list.s_size() > 0) {
    attr.kind = AttrKind::texts;
    attr.texts.assign(list.s().begin(), list.s().end());
  } else {
    attr.kind = AttrKind::integers;
    attr.integers.assign(list.i().begin(), list.i().end());
  }
  return attr;
}

Attr convert(const proto::AttrValue& value, const std::string& place) {
  Attr attr;
  switch (value.value_case()) {
    case proto::AttrValue::kList:
      return list_attr(value.list());
    case proto::AttrValue::kS:
      attr.kind = AttrKind::text;
      attr.text = value.s();
      break;
    case proto::AttrValue::kI:
      attr.kind = AttrKind::integer;
      attr.integer = value.i();
      break;
    case proto::AttrValue::kF:
      attr.kind = AttrKind::number;
      attr.number = value.f();
      break;
    case proto::AttrValue::kB:
      attr.kind = AttrKind::flag;
      attr.integer = value.b() ? 1 : 0;
      break;
    case proto::AttrValue::kType:
      attr.kind = AttrKind::type;
      attr.integer = value.type();
      break;
    case proto::AttrValue::kShape:
      return shape_attr(value.shape());
    case proto::AttrValue::kTensor:
      attr.kind = AttrKind::tensor;
      attr.tensor = std::make_shared<const onnx::Array>(decode_tensor(value.tensor(), place));
      break;
    case proto::AttrValue::kFunc:
      attr.kind = AttrKind::function;
      attr.text = value.func().name();
      break;
    case proto::AttrValue::VALUE_NOT_SET:
      break;
  }
  return attr;
}

constexpr int dt_string = 7;

/// Strings are no numbers: constants of file names and keys become lists of texts.
Attr text_constant(const proto::TensorProto& tensor) {
  Attr attr;
  attr.kind = AttrKind::texts;
  attr.texts.assign(tensor.string_val().begin(), tensor.string_val().end());
  return attr;
}

Node convert(const proto::NodeDef& from, const std::string& file) {
  Node node;
  node.name = from.name();
  node.op = from.op();
  node.inputs.assign(from.input().begin(), from.input().end());
  const std::string place =
      file + ": node '" + printable(node.name) + "' (" + printable(node.op) + ")";
  for (const auto& [name, value] : from.attr()) {
    const bool text = value.has_tensor() && value.tensor().dtype() == dt_string;
    node.attrs[name] = text ? text_constant(value.tensor()) : convert(value, place);
  }
  return node;
}

Function convert(const proto::FunctionDef& from, const std::string& file) {
  Function function;
  function.name = from.signature().name();
  for (const auto& argument : from.signature().input_arg()) {
    function.arguments.push_back(argument.name());
  }
  for (const auto& result : from.signature().output_arg()) {
    function.results.push_back(result.name());
  }
  function.returns.insert(from.ret().begin(), from.ret().end());
  for (const auto& node : from.node_def()) {
    function.nodes.push_back(convert(node, file));
  }
  return function;
}

template <typename Map>
std::vector<Endpoint> endpoints(const Map& map) {
  std::vector<Endpoint> result;
  for (const auto& [name, info] : map) {
    result.push_back({name, info.name()});
  }
  std::ranges::sort(result, {}, &Endpoint::name);  // protobuf maps have no order
  return result;
}

void convert_graph(const proto::GraphDef& from, Program& program) {
  const std::string file = program.file.string();
  for (const auto& node : from.node()) {
    program.nodes.push_back(convert(node, file));
  }
  for (const auto& function : from.library().function()) {
    Function converted = convert(function, file);
    const std::string name = converted.name;
    program.functions[name] = std::move(converted);
  }
}

const proto::MetaGraphDef& serving_graph(const proto::SavedModel& model, const std::string& file) {
  for (const auto& meta : model.meta_graphs()) {
    const auto& tags = meta.meta_info_def().tags();
    if (std::find(tags.begin(), tags.end(), "serve") != tags.end()) {
      return meta;
    }
  }
  if (model.meta_graphs_size() != 1) {
    throw ModelError(
        file,
        "has " + std::to_string(model.meta_graphs_size()) + " graphs, none of them tagged 'serve'",
        "is it a TensorFlow SavedModel?");
  }
  return model.meta_graphs(0);
}

}  // namespace

Program read_saved_model_file(const std::filesystem::path& file) {
  proto::SavedModel model;
  parse_file(file, model, "SavedModel");
  const proto::MetaGraphDef& meta = serving_graph(model, file.string());
  Program program;
  program.file = file;
  convert_graph(meta.graph_def(), program);
  for (const auto& [name, signature] : meta.signature_def()) {
    program.signatures.push_back(
        {name, endpoints(signature.inputs()), endpoints(signature.outputs())});
  }
  std::ranges::sort(program.signatures, {}, &Signature::name);
  return program;
}

Program read_graph_def_file(const std::filesystem::path& file) {
  proto::GraphDef graph;
  parse_file(file, graph, "GraphDef");
  Program program;
  program.file = file;
  convert_graph(graph, program);
  return program;
}

Bundle decode_bundle(const std::map<std::string, std::string>& table, const std::string& place) {
  Bundle bundle;
  for (const auto& [key, value] : table) {
    const std::string where = place + ": entry '" + printable(key) + "'";
    if (key.empty()) {
      proto::BundleHeaderProto header;
      parse_bytes(std::as_bytes(std::span(value)), header, where, "checkpoint");
      if (header.endianness() != 0) {
        throw ModelError(place, "was written on a big-endian machine");
      }
      bundle.shards = header.num_shards();
      continue;
    }
    proto::BundleEntryProto entry;
    parse_bytes(std::as_bytes(std::span(value)), entry, where, "checkpoint");
    if (entry.offset() < 0 || entry.size() < 0) {
      throw ModelError(where, "lies at a negative offset or has a negative size");
    }
    bundle.entries[key] = {entry.dtype(),
                           dims_of(entry.shape()),
                           entry.shard_id(),
                           static_cast<std::uint64_t>(entry.offset()),
                           static_cast<std::uint64_t>(entry.size()),
                           entry.crc32c()};
  }
  return bundle;
}

std::map<std::string, std::vector<std::string>> decode_object_graph(const std::string& bytes,
                                                                    const std::string& place) {
  proto::TrackableObjectGraph graph;
  parse_bytes(std::as_bytes(std::span(bytes)), graph, place, "checkpoint");
  std::map<std::string, std::vector<std::string>> keys;
  for (const auto& node : graph.nodes()) {
    for (const auto& attribute : node.attributes()) {
      if (attribute.name() == "VARIABLE_VALUE") {
        keys[attribute.full_name()].push_back(attribute.checkpoint_key());
      }
    }
  }
  return keys;
}

}  // namespace caloquant::tensorflow
