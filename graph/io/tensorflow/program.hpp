#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "graph/io/onnx/array.hpp"

namespace caloquant::tensorflow {

// A TensorFlow graph as plain structs: what graph/io/tensorflow/proto yields and inlining and
// translation read. Nothing here knows protobuf.

enum class AttrKind {
  none,
  text,
  integer,
  number,
  flag,
  type,
  shape,
  tensor,
  integers,
  texts,
  function,
};

struct Attr {
  AttrKind kind = AttrKind::none;
  std::string text;          ///< text, or the name of a function
  std::int64_t integer = 0;  ///< integer, flag, or a DataType
  float number = 0.0F;
  bool known_rank = true;  ///< of `integers` that are a shape; unknown extents are -1
  std::vector<std::int64_t> integers;
  std::vector<std::string> texts;
  std::shared_ptr<const onnx::Array> tensor;
};

struct Node {
  std::string name;
  std::string op;
  /// Main graph: "node", "node:1", "^control". Function: "argument", "node:output:0", "^control".
  std::vector<std::string> inputs;
  std::map<std::string, Attr> attrs;

  [[nodiscard]] const Attr* find(const std::string& name, AttrKind kind) const;
  [[nodiscard]] std::string text(const std::string& name, const std::string& otherwise) const;
  [[nodiscard]] std::int64_t integer(const std::string& name, std::int64_t otherwise) const;
  [[nodiscard]] float number(const std::string& name, float otherwise) const;
  [[nodiscard]] std::vector<std::int64_t> integers(const std::string& name) const;
};

struct Function {
  std::string name;
  std::vector<std::string> arguments;
  std::vector<std::string> results;
  std::map<std::string, std::string> returns;  ///< result -> "node:output:0"
  std::vector<Node> nodes;
};

/// An input or output that a signature names.
struct Endpoint {
  std::string name;    ///< for users
  std::string tensor;  ///< "node:0"
};

struct Signature {
  std::string name;
  std::vector<Endpoint> inputs;
  std::vector<Endpoint> outputs;
};

struct Program {
  std::filesystem::path file;
  std::vector<Node> nodes;
  std::map<std::string, Function> functions;
  std::vector<Signature> signatures;  ///< none in a GraphDef
};

}  // namespace caloquant::tensorflow
