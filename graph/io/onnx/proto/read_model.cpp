#include "graph/io/onnx/proto/read_model.hpp"

#include <array>
#include <caloquant/error.hpp>
#include <limits>
#include <optional>
#include <set>
#include <utility>

#include "graph/io/files/utf8.hpp"
#include "graph/io/onnx/proto/decode_array.hpp"
#include "graph/io/onnx/proto/onnx.pb.h"
#include "graph/io/onnx/topology.hpp"
#include "graph/io/protobuf/parse_file.hpp"
#include "ops/core/input_file.hpp"

namespace caloquant::onnx {
namespace {

namespace fs = std::filesystem;

AttributeKind kind_of(const onnx_proto::AttributeProto& proto) {
  switch (proto.type()) {
    case 1:
      return AttributeKind::number;
    case 2:
      return AttributeKind::integer;
    case 3:
      return AttributeKind::text;
    case 4:
      return AttributeKind::array;
    case 6:
      return AttributeKind::numbers;
    case 7:
      return AttributeKind::integers;
    case 8:
      return AttributeKind::texts;
    default:
      return AttributeKind::other;  // graphs, sparse tensors, lists of tensors, types
  }
}

Attribute convert(const onnx_proto::AttributeProto& proto, const fs::path& folder,
                  const std::string& place) {
  Attribute attribute;
  attribute.name = proto.name();
  attribute.kind = kind_of(proto);
  if (!proto.ref_attr_name().empty()) {
    attribute.kind = AttributeKind::other;
  }
  attribute.number = proto.f();
  attribute.integer = proto.i();
  attribute.text = proto.s();
  attribute.numbers.assign(proto.floats().begin(), proto.floats().end());
  attribute.integers.assign(proto.ints().begin(), proto.ints().end());
  attribute.texts.assign(proto.strings().begin(), proto.strings().end());
  if (attribute.kind == AttributeKind::array) {
    const std::string where = place + ", attribute '" + printable(proto.name()) + "'";
    attribute.array = std::make_shared<const Array>(decode_array(proto.t(), folder, where));
  }
  return attribute;
}

NodeDef convert(const onnx_proto::NodeProto& proto, std::size_t index, const Model& model) {
  NodeDef node;
  node.name = proto.name();
  node.op = proto.op_type();
  node.domain = proto.domain() == "ai.onnx" ? "" : proto.domain();
  node.inputs.assign(proto.input().begin(), proto.input().end());
  node.outputs.assign(proto.output().begin(), proto.output().end());
  node.index = index;
  std::set<std::string> names;
  for (const auto& attribute : proto.attribute()) {
    if (!names.insert(attribute.name()).second) {
      throw ModelError(model.place(node),
                       "has the attribute '" + printable(attribute.name()) + "' twice");
    }
    node.attributes.push_back(convert(attribute, model.file.parent_path(), model.place(node)));
  }
  return node;
}

ValueInfo convert(const onnx_proto::ValueInfoProto& proto) {
  ValueInfo info;
  info.name = proto.name();
  const auto& tensor = proto.type().tensor_type();
  info.type = static_cast<ElementType>(tensor.elem_type());
  info.has_shape = tensor.has_shape();
  for (const auto& dim : tensor.shape().dim()) {
    const bool known = dim.has_dim_value() && dim.dim_value() >= 0;
    info.dims.push_back(known ? dim.dim_value() : dynamic);
  }
  return info;
}

std::int64_t opset_of(const onnx_proto::ModelProto& proto, const std::string& file) {
  for (const auto& opset : proto.opset_import()) {
    if (opset.domain().empty() || opset.domain() == "ai.onnx") {
      if (opset.version() < 1 || opset.version() > newest_opset) {
        throw ModelError(file, "has opset " + std::to_string(opset.version()),
                         "opsets 7 to " + std::to_string(newest_opset) +
                             " are read; convert it with onnx.version_converter");
      }
      return opset.version();
    }
  }
  throw ModelError(file, "names no opset of the standard operators", "is it an ONNX model?");
}

void read_initializers(const onnx_proto::GraphProto& graph, Model& model,
                       std::set<std::string>& names) {
  for (const auto& tensor : graph.initializer()) {
    const std::string place = model.file.string() + ": tensor '" + printable(tensor.name()) + "'";
    if (!names.insert(tensor.name()).second) {
      throw ModelError(place, "exists twice");
    }
    model.initializers.push_back({tensor.name(), std::make_shared<const Array>(decode_array(
                                                     tensor, model.file.parent_path(), place))});
  }
}

/// Names are UTF-8, as protobuf says: what is written from others no reader takes.
void check_names(const Model& model) {
  const auto check = [&](const std::string& name, const std::string& what) {
    if (!is_utf8(name)) {
      throw ModelError(model.file.string() + ": " + what + " '" + printable(name) + "'",
                       "has a name that is not UTF-8");
    }
  };
  check(model.name, "graph");
  for (const ValueInfo& input : model.inputs) {
    check(input.name, "input");
  }
  for (const ValueInfo& output : model.outputs) {
    check(output.name, "output");
  }
  for (const Initializer& initializer : model.initializers) {
    check(initializer.name, "tensor");
  }
  for (const NodeDef& node : model.nodes) {
    check(node.name, "node");
    for (const std::string& output : node.outputs) {
      check(output, "value");
    }
  }
}

void read_graph(const onnx_proto::GraphProto& graph, Model& model) {
  model.name = graph.name();
  std::set<std::string> names;
  read_initializers(graph, model, names);
  std::set<std::string> inputs;
  for (const auto& input : graph.input()) {
    if (!inputs.insert(input.name()).second) {
      throw ModelError(model.file.string() + ": input '" + printable(input.name()) + "'",
                       "exists twice");
    }
    if (!names.contains(input.name())) {  // older files list initializers, too
      model.inputs.push_back(convert(input));
    }
  }
  std::set<std::string> outputs;
  for (const auto& output : graph.output()) {
    if (!outputs.insert(output.name()).second) {
      throw ModelError(model.file.string() + ": output '" + printable(output.name()) + "'",
                       "exists twice");
    }
    model.outputs.push_back(convert(output));
  }
  for (const auto& node : graph.node()) {
    model.nodes.push_back(convert(node, model.nodes.size(), model));
  }
  check_names(model);
  sort_nodes(model);
}

Model convert(const onnx_proto::ModelProto& proto, const fs::path& file) {
  Model model;
  model.file = file;
  if (!proto.has_graph()) {
    throw ModelError(file.string(), "has no graph", "is it an ONNX model?");
  }
  model.ir_version = proto.ir_version();
  model.opset = opset_of(proto, file.string());
  read_graph(proto.graph(), model);
  std::set<std::string> keys;
  for (const auto& entry : proto.metadata_props()) {
    if (!keys.insert(entry.key()).second) {
      throw ModelError(file.string() + ": metadata '" + printable(entry.key()) + "'",
                       "exists twice");
    }
    model.metadata.emplace_back(entry.key(), entry.value());
  }
  return model;
}

void refuse_external_data(const onnx_proto::ModelProto& proto, const std::string& name) {
  const auto expect_inside = [&name](const onnx_proto::TensorProto& tensor) {
    if (tensor.external_data_size() > 0) {
      throw ModelError(name + ", tensor '" + printable(tensor.name()) + "'",
                       "lies in another file, which a model in memory does not have",
                       "save the model with its weights inside, or give its file");
    }
  };
  for (const auto& tensor : proto.graph().initializer()) {
    expect_inside(tensor);
  }
  for (const auto& node : proto.graph().node()) {
    for (const auto& attribute : node.attribute()) {
      expect_inside(attribute.t());
    }
  }
}

}  // namespace

Model read_model(const fs::path& file) {
  onnx_proto::ModelProto proto;
  parse_file(file, proto, "ONNX");
  return convert(proto, file);
}

Model read_model(std::span<const std::byte> bytes, const std::string& name) {
  if (bytes.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
    throw ModelError(name, "is larger than 2 GiB, which protobuf cannot read",
                     "save the model with its weights in files of their own");
  }
  onnx_proto::ModelProto proto;
  parse_bytes(bytes, proto, name, "ONNX");
  refuse_external_data(proto, name);
  return convert(proto, name);
}

std::vector<fs::path> external_files(const fs::path& file) {
  std::set<std::string> names;
  const auto add = [&names](const onnx_proto::TensorProto& tensor) {
    for (const auto& entry : tensor.external_data()) {
      if (entry.key() == "location") {
        names.insert(entry.value());
      }
    }
  };
  try {
    onnx_proto::ModelProto proto;
    parse_file(file, proto, "ONNX");
    for (const auto& tensor : proto.graph().initializer()) {
      add(tensor);
    }
    for (const auto& node : proto.graph().node()) {
      for (const auto& attribute : node.attribute()) {
        add(attribute.t());
      }
    }
  } catch (const ModelError&) {
    return {};
  }
  std::vector<fs::path> files;
  files.reserve(names.size());
  for (const std::string& name : names) {
    files.push_back(file.parent_path() / name);
  }
  return files;
}

Array read_array(const fs::path& file) {
  onnx_proto::TensorProto proto;
  parse_file(file, proto, "ONNX");
  return decode_array(proto, file.parent_path(), file.string());
}

bool looks_like_onnx(const fs::path& file) {
  // Every writer puts ir_version (field 1, a varint) first; HDF5 begins with \x89.
  const std::optional<InputFile> bytes = InputFile::find(file);
  std::array<char, 2> head{};
  return bytes && bytes->read(0, head) == head.size() && head[0] == 0x08;
}

}  // namespace caloquant::onnx
