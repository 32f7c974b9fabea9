#include "tests/graph/io/onnx/model_builder.hpp"

#include <fstream>

namespace caloquant::testing {
namespace {

onnx_proto::AttributeProto& attribute(onnx_proto::NodeProto& node, const std::string& name,
                                      int type) {
  onnx_proto::AttributeProto& result = *node.add_attribute();
  result.set_name(name);
  result.set_type(type);
  return result;
}

}  // namespace

OnnxBuilder::OnnxBuilder(std::int64_t opset) {
  model_.set_ir_version(7);
  model_.add_opset_import()->set_version(opset);
  model_.mutable_graph()->set_name("net");
}

OnnxBuilder& OnnxBuilder::input(const std::string& name, const std::vector<std::int64_t>& dims,
                                int type) {
  onnx_proto::ValueInfoProto& info = *model_.mutable_graph()->add_input();
  info.set_name(name);
  auto& tensor = *info.mutable_type()->mutable_tensor_type();
  tensor.set_elem_type(type);
  tensor.mutable_shape();
  for (const std::int64_t extent : dims) {
    auto& dim = *tensor.mutable_shape()->add_dim();
    if (extent < 0) {
      dim.set_dim_param("N");
    } else {
      dim.set_dim_value(extent);
    }
  }
  return *this;
}

OnnxBuilder& OnnxBuilder::output(const std::string& name) {
  model_.mutable_graph()->add_output()->set_name(name);
  return *this;
}

OnnxBuilder& OnnxBuilder::weights(const std::string& name, const std::vector<std::int64_t>& dims,
                                  const std::vector<float>& values) {
  onnx_proto::TensorProto& tensor = *model_.mutable_graph()->add_initializer();
  tensor.set_name(name);
  tensor.set_data_type(1);
  tensor.mutable_dims()->Add(dims.begin(), dims.end());
  tensor.mutable_float_data()->Add(values.begin(), values.end());
  return *this;
}

OnnxBuilder& OnnxBuilder::list(const std::string& name, const std::vector<std::int64_t>& values) {
  onnx_proto::TensorProto& tensor = *model_.mutable_graph()->add_initializer();
  tensor.set_name(name);
  tensor.set_data_type(7);
  tensor.add_dims(static_cast<std::int64_t>(values.size()));
  tensor.mutable_int64_data()->Add(values.begin(), values.end());
  return *this;
}

onnx_proto::NodeProto& OnnxBuilder::node(const std::string& op,
                                         const std::vector<std::string>& inputs,
                                         const std::string& output, const std::string& name) {
  onnx_proto::NodeProto& node = *model_.mutable_graph()->add_node();
  node.set_op_type(op);
  node.set_name(name);
  for (const std::string& input : inputs) {
    node.add_input(input);
  }
  node.add_output(output);
  return node;
}

std::string OnnxBuilder::bytes() const {
  return model_.SerializeAsString();
}

std::filesystem::path OnnxBuilder::save(const std::filesystem::path& file) const {
  write_bytes(file, bytes());
  return file;
}

void set_integer(onnx_proto::NodeProto& node, const std::string& name, std::int64_t value) {
  attribute(node, name, 2).set_i(value);
}

void set_integers(onnx_proto::NodeProto& node, const std::string& name,
                  const std::vector<std::int64_t>& values) {
  attribute(node, name, 7).mutable_ints()->Add(values.begin(), values.end());
}

void set_text(onnx_proto::NodeProto& node, const std::string& name, const std::string& value) {
  attribute(node, name, 3).set_s(value);
}

void write_bytes(const std::filesystem::path& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary) << bytes;
}

}  // namespace caloquant::testing
