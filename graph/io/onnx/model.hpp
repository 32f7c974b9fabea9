#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "graph/io/onnx/array.hpp"

namespace caloquant::onnx {

// An ONNX model as plain structs: what graph/io/onnx/proto yields and the interpreter and the
// importer read. Nothing here knows protobuf.

enum class AttributeKind { none, number, integer, text, array, numbers, integers, texts, other };

struct Attribute {
  std::string name;
  AttributeKind kind = AttributeKind::none;
  float number = 0.0F;
  std::int64_t integer = 0;
  std::string text;
  std::shared_ptr<const Array> array;
  std::vector<float> numbers;
  std::vector<std::int64_t> integers;
  std::vector<std::string> texts;
};

struct NodeDef {
  std::string name;  ///< may be empty
  std::string op;
  std::string domain;                ///< empty for the operators of ONNX itself
  std::vector<std::string> inputs;   ///< an empty name: an optional input that is not given
  std::vector<std::string> outputs;  ///< likewise
  std::vector<Attribute> attributes;
  std::size_t index = 0;  ///< in the file
  /// "node 'conv_1' (Conv)", or "node 3 (Conv)" where it has no name.
  [[nodiscard]] std::string label() const;
  /// Operator and attributes, for messages: "Conv strides=[1,1] pads=[0,0,0,0]".
  [[nodiscard]] std::string kind() const;
};

/// What the file says of an input or output of the graph.
struct ValueInfo {
  std::string name;
  ElementType type = ElementType::undefined;
  bool has_shape = false;
  Shape dims;  ///< `dynamic` for a symbolic or unknown extent
};

struct Initializer {
  std::string name;
  std::shared_ptr<const Array> array;
};

struct Model {
  std::filesystem::path file;
  std::int64_t ir_version = 0;
  std::int64_t opset = 0;  ///< of the default domain
  std::string name;
  std::vector<NodeDef> nodes;  ///< in topological order
  std::vector<Initializer> initializers;
  std::vector<ValueInfo> inputs;  ///< without those that an initializer gives a value to
  std::vector<ValueInfo> outputs;
  std::vector<std::pair<std::string, std::string>> metadata;  ///< key, value

  /// "model.onnx: node 'conv_1' (Conv, opset 13)".
  [[nodiscard]] std::string place(const NodeDef& node) const;
};

/// Newest opset whose definitions the interpreter and the importer know. 22 differs from 21 in
/// element types only.
inline constexpr std::int64_t newest_opset = 22;

/// Metadata that caloquant writes: E[GeV] = out^(1 / power) / scale.
inline constexpr std::string_view output_scale_key = "caloquant.output_scale";
inline constexpr std::string_view output_power_key = "caloquant.output_power";

/// Text from a file for a message: cut to 80 bytes, as terminal_text().
[[nodiscard]] std::string printable(const std::string& text);

}  // namespace caloquant::onnx
