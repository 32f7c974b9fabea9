#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "graph/io/onnx/proto/onnx.pb.h"

namespace caloquant::testing {

/// ONNX models for tests, as protobuf messages: right ones and broken ones.
class OnnxBuilder {
 public:
  explicit OnnxBuilder(std::int64_t opset = 13);

  /// A graph input or output; -1 is a symbolic extent.
  OnnxBuilder& input(const std::string& name, const std::vector<std::int64_t>& dims, int type = 1);
  OnnxBuilder& output(const std::string& name);
  OnnxBuilder& weights(const std::string& name, const std::vector<std::int64_t>& dims,
                       const std::vector<float>& values);
  OnnxBuilder& list(const std::string& name, const std::vector<std::int64_t>& values);
  /// Returns the node, for attributes.
  onnx_proto::NodeProto& node(const std::string& op, const std::vector<std::string>& inputs,
                              const std::string& output, const std::string& name = "n");

  [[nodiscard]] onnx_proto::ModelProto& model() { return model_; }
  [[nodiscard]] std::string bytes() const;
  /// Writes it and returns the path.
  [[nodiscard]] std::filesystem::path save(const std::filesystem::path& file) const;

 private:
  onnx_proto::ModelProto model_;
};

void set_integer(onnx_proto::NodeProto& node, const std::string& name, std::int64_t value);
void set_integers(onnx_proto::NodeProto& node, const std::string& name,
                  const std::vector<std::int64_t>& values);
void set_text(onnx_proto::NodeProto& node, const std::string& name, const std::string& value);

void write_bytes(const std::filesystem::path& file, const std::string& bytes);

}  // namespace caloquant::testing
