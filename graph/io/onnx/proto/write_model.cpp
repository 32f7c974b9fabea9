#include "graph/io/onnx/proto/write_model.hpp"

#include <google/protobuf/io/zero_copy_stream_impl.h>

#include <caloquant/error.hpp>
#include <limits>

#include "graph/io/onnx/proto/onnx.pb.h"

namespace caloquant::onnx {
namespace {

void fill(const Array& array, onnx_proto::TensorProto& proto) {
  proto.mutable_dims()->Add(array.dims().begin(), array.dims().end());
  proto.set_data_type(static_cast<std::int32_t>(array.type()));
  proto.set_raw_data(array.bytes().data(), array.bytes().size());
}

void fill(const Attribute& attribute, onnx_proto::AttributeProto& proto) {
  proto.set_name(attribute.name);
  switch (attribute.kind) {
    case AttributeKind::number:
      proto.set_type(1);
      proto.set_f(attribute.number);
      return;
    case AttributeKind::integer:
      proto.set_type(2);
      proto.set_i(attribute.integer);
      return;
    case AttributeKind::text:
      proto.set_type(3);
      proto.set_s(attribute.text);
      return;
    case AttributeKind::array:
      proto.set_type(4);
      fill(*attribute.array, *proto.mutable_t());
      return;
    case AttributeKind::numbers:
      proto.set_type(6);
      proto.mutable_floats()->Add(attribute.numbers.begin(), attribute.numbers.end());
      return;
    case AttributeKind::integers:
      proto.set_type(7);
      proto.mutable_ints()->Add(attribute.integers.begin(), attribute.integers.end());
      return;
    case AttributeKind::texts:
      proto.set_type(8);
      for (const std::string& text : attribute.texts) {
        proto.add_strings(text);
      }
      return;
    case AttributeKind::none:
    case AttributeKind::other:
      CALOQUANT_EXPECT(false && "an attribute that we write");
  }
}

void fill(const NodeDef& node, onnx_proto::NodeProto& proto) {
  proto.set_name(node.name);
  proto.set_op_type(node.op);
  if (!node.domain.empty()) {
    proto.set_domain(node.domain);
  }
  for (const std::string& input : node.inputs) {
    proto.add_input(input);
  }
  for (const std::string& output : node.outputs) {
    proto.add_output(output);
  }
  for (const Attribute& attribute : node.attributes) {
    fill(attribute, *proto.add_attribute());
  }
}

void fill(const ValueInfo& info, onnx_proto::ValueInfoProto& proto) {
  proto.set_name(info.name);
  auto& tensor = *proto.mutable_type()->mutable_tensor_type();
  tensor.set_elem_type(static_cast<std::int32_t>(info.type));
  tensor.mutable_shape();
  for (const std::int64_t extent : info.dims) {
    auto& dim = *tensor.mutable_shape()->add_dim();
    if (extent == dynamic) {
      dim.set_dim_param("N");
    } else {
      dim.set_dim_value(extent);
    }
  }
}

onnx_proto::ModelProto message_of(const Model& model) {
  onnx_proto::ModelProto proto;
  proto.set_ir_version(model.ir_version);
  proto.set_producer_name("caloquant");
  proto.add_opset_import()->set_version(model.opset);
  auto& graph = *proto.mutable_graph();
  graph.set_name(model.name);
  for (const NodeDef& node : model.nodes) {
    fill(node, *graph.add_node());
  }
  for (const Initializer& initializer : model.initializers) {
    auto& tensor = *graph.add_initializer();
    tensor.set_name(initializer.name);
    fill(*initializer.array, tensor);
  }
  for (const ValueInfo& input : model.inputs) {
    fill(input, *graph.add_input());
  }
  for (const ValueInfo& output : model.outputs) {
    fill(output, *graph.add_output());
  }
  for (const auto& [key, value] : model.metadata) {
    auto& entry = *proto.add_metadata_props();
    entry.set_key(key);
    entry.set_value(value);
  }
  return proto;
}

}  // namespace

void write_model(const Model& model, OutputFile& output) {
  const onnx_proto::ModelProto proto = message_of(model);
  if (proto.ByteSizeLong() > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
    throw BackendError(output.target().string(),
                       "would be larger than 2 GiB, which protobuf cannot write");
  }
  google::protobuf::io::FileOutputStream stream(output.descriptor());
  if (!proto.SerializeToZeroCopyStream(&stream) || !stream.Flush()) {
    output.fail(stream.GetErrno());
  }
}

}  // namespace caloquant::onnx
